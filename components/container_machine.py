"""A machine without a hypervisor: a container of the workstation's engine that behaves like a Boot2Docker VM.

docker-machine's generic driver takes it over, so everything after this step is the same as with a VM. What a VM keeps
on its disk is in volumes that the image declares: they last as long as the container, through all its reboots.
"""

import base64
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
import pulumi_tls as tls

from components.container_network import ContainerNetwork
from components.ownership import remove_orphan_before_create
from images.names import MACHINE
from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.machines.container import (
    CAPABILITIES,
    CGROUP_NAMESPACE,
    RESTART,
    SECURITY_OPTIONS,
    SYSCTLS,
    userdata,
)
from registry_stack.remote.local_engine import remove_container
from registry_stack.settings import MachineSettings

OPTIONS = frozenset({"container-address", "container-image"})
"""The options of the driver `container`; beside them it takes those of docker-machine's generic driver."""


@dataclass(frozen=True)
class ContainerMachineArgs:
    """A container machine's settings, the network that it is in, and the process that comes before it."""

    machine: str
    settings: MachineSettings
    network: ContainerNetwork
    process: pulumi.ProviderResource


class ContainerMachine(pulumi.ComponentResource):
    """A container for docker-machine to take over. Its SSH keys are made here, so its host key is known before the
    first contact. `instance` is the container's id."""

    instance: pulumi.Output[str]
    ssh_key: pulumi.Output[str]
    host_key: pulumi.Output[str]

    def __init__(self, name: str, args: ContainerMachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:ContainerMachine", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        user = tls.PrivateKey(f"{name}-user-key", algorithm="ED25519", opts=child)
        host = tls.PrivateKey(f"{name}-host-key", algorithm="ED25519", opts=child)
        labels = [docker.ContainerLabelArgs(label=key, value=value) for key, value in args.network.labels.items()]
        container = docker.Container(
            f"{name}-container",
            name=f"{args.network.name}-{args.machine}",
            hostname=args.machine,
            image=str(args.settings.options.get("container-image", MACHINE)),
            labels=labels,
            capabilities=docker.ContainerCapabilitiesArgs(adds=[f"CAP_{each}" for each in CAPABILITIES]),
            security_opts=list(SECURITY_OPTIONS),
            sysctls=dict(SYSCTLS),
            cgroupns_mode=CGROUP_NAMESPACE,
            restart=RESTART,
            must_run=True,
            networks_advanced=[
                docker.ContainerNetworksAdvancedArgs(
                    name=args.network.network.name, ipv4_address=str(args.settings.options["container-address"])
                )
            ],
            uploads=[
                docker.ContainerUploadArgs(
                    file=f"{PERSISTENT}/userdata.tar", content_base64=user.public_key_openssh.apply(_userdata)
                ),
                docker.ContainerUploadArgs(
                    file=f"{PERSISTENT}/ssh/ssh_host_ed25519_key", content=host.private_key_openssh, permissions="0600"
                ),
            ],
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.process], hooks=remove_orphan_before_create(remove_container)
            ),
        )
        self.instance = container.id
        self.ssh_key = user.private_key_openssh
        self.host_key = host.public_key_openssh.apply(str.strip)
        self.register_outputs({"instance": self.instance, "host_key": self.host_key})


def _userdata(public_key: str) -> str:
    return base64.b64encode(userdata(public_key)).decode()
