"""The guide's static site as a stack of its own, on a client of a registry-stack, from an image in the registry.

Run it after `make demo`, whose tour leaves the image site:1 in the registry, and destroy it before that stack:

    eval "$(make -s env)" && cd examples/consumer
    pulumi stack init demo
    pulumi config set consumer:registryStack organization/registry-stack/demo
    pulumi config set consumer:client client1
    pulumi up
"""

from pathlib import Path

import pulumi
import pulumi_docker as docker

WEB_ROOT = "/usr/share/nginx/html"
PORT = 8080

config = pulumi.Config("consumer")
registry_stack = pulumi.StackReference(config.require("registryStack"))
client = registry_stack.require_output("clients")[config.require("client")]

engine = docker.Provider("engine", host=client["engine"], cert_path=client["certPath"])
on_client = pulumi.ResourceOptions(provider=engine)
name = pulumi.Output.concat(registry_stack.require_output("registry"), "/site:1")
image = docker.RemoteImage("image", name=name, keep_locally=True, opts=on_client)
docker.Container(
    "site",
    image=image.image_id,
    restart="always",
    network_mode="bridge",
    ports=[docker.ContainerPortArgs(internal=80, external=PORT)],
    uploads=[
        docker.ContainerUploadArgs(file=f"{WEB_ROOT}/{file.name}", content=file.read_text("utf-8"))
        for file in sorted(Path("site").iterdir())
    ],
    opts=on_client,
)
pulumi.export("url", pulumi.Output.concat("http://", client["address"], f":{PORT}/"))
