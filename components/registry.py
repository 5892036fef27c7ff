"""The guide's third step: the registry's files on the machine, and its container on port 443."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.access import Access, fingerprint
from components.marks import orphan_removed_first
from components.server_certificate import ServerCertificate
from guest import registry_config
from guest.boot2docker import PERSISTENT
from guest.files import write_file
from providers.image import EngineImage
from settings import EndpointSettings, RegistrySettings

_CERTIFICATES = PERSISTENT / "registry-certs"
_DATA = PERSISTENT / "registry-data"


@dataclass(frozen=True)
class RegistryArgs:
    """The registry's settings, its machine, and what it proves itself with."""

    settings: RegistrySettings
    endpoints: tuple[EndpointSettings, ...]
    access: Access
    certificate: ServerCertificate


class Registry(pulumi.ComponentResource):
    """A running registry. `serving` becomes another text whenever it is started anew with other files."""

    serving: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:Registry", name, None, opts)
        living = args.access.living(self)
        configuration = pulumi.Output.secret(registry_config.registry_config(args.endpoints))
        files = [
            args.access.command(f"{name}-{file}", write_file(_CERTIFICATES / file, mode=mode), living, stdin=content)
            for file, mode, content in (
                ("registry.pem", "644", args.certificate.chain),
                ("registry-key.pem", "600", args.certificate.private_key),
                ("config.yml", "600", configuration),
            )
        ]
        engine = args.access.engine(f"{name}-engine", living)
        # with the key in it, nobody can guess the configuration's secrets from the label
        content = pulumi.Output.concat(args.certificate.private_key, args.certificate.chain, configuration)
        starts_with = pulumi.Output.unsecret(content.apply(fingerprint))
        container = docker.Container(
            f"{name}-container",
            name="registry",
            image=self._image(name, args, engine),
            command=[str(registry_config.CONFIGURATION)],
            restart="always",
            must_run=True,
            network_mode="bridge",
            ports=[docker.ContainerPortArgs(internal=registry_config.PORT, external=args.settings.port)],
            volumes=[
                docker.ContainerVolumeArgs(
                    host_path=str(_CERTIFICATES), container_path=str(registry_config.CERTIFICATES), read_only=True
                ),
                docker.ContainerVolumeArgs(host_path=str(_DATA), container_path=str(registry_config.DATA)),
            ],
            # the registry reads its files once, when it starts: another content needs another container
            labels=[docker.ContainerLabelArgs(label="registry-stack.starts-with", value=starts_with)],
            opts=pulumi.ResourceOptions.merge(
                living,
                pulumi.ResourceOptions(
                    provider=engine,
                    depends_on=files,
                    delete_before_replace=True,
                    hooks=orphan_removed_first(args.access.remove_container),
                ),
            ),
        )
        self.serving = container.id
        self.register_outputs({"serving": self.serving})

    def _image(self, name: str, args: RegistryArgs, engine: docker.Provider) -> pulumi.Output[str]:
        living = args.access.living(self)
        if args.settings.image_from == "workstation":
            machine = args.access.machine
            return EngineImage(
                f"{name}-image",
                image=args.settings.image,
                address=args.access.address,
                folder=machine.folder,
                serial=machine.serial,
                opts=living,
            ).image_id
        return docker.RemoteImage(
            f"{name}-image",
            name=args.settings.image,
            keep_locally=True,
            opts=pulumi.ResourceOptions.merge(living, pulumi.ResourceOptions(provider=engine)),
        ).image_id
