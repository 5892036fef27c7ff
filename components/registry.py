"""The guide's third step: the registry's files on the machine, and its container on port 443."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.hosts import Access
from components.ownership import orphan_removed_first
from components.server_certificate import ServerCertificate
from providers.image import EngineImage
from providers.served import ServedCertificate
from registry_stack.common.hashing import sha256_of_text
from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.guest.scripts import write_file
from registry_stack.registry import configuration as registry_config
from registry_stack.registry.restart import CONTAINER, LABEL
from registry_stack.settings import EndpointSettings, RegistrySettings

_CERTIFICATES = registry_config.KEPT_CERTIFICATES
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
        key = args.certificate.private_key
        endpoints = [registry_config.Endpoint(each.name, each.url, each.headers) for each in args.endpoints]
        configuration = key.apply(lambda pem: registry_config.render_configuration(endpoints, pem))
        configured = args.access.command(
            f"{name}-config.yml",
            write_file(_CERTIFICATES / registry_config.CONFIGURATION.name, mode="600"),
            living,
            stdin=configuration,
        )
        served = ServedCertificate(
            f"{name}-certificate",
            login=args.access.login,
            serial=args.access.machine.serial,
            port=args.settings.port,
            chain=args.certificate.chain,
            private_key=key,
            opts=args.access.dynamic(self),
        )
        engine = args.access.engine(f"{name}-engine", living)
        # with the key in it, nobody can guess the configuration's secrets from the label
        starts_with = pulumi.Output.unsecret(pulumi.Output.concat(key, configuration).apply(_short_hash))
        container = docker.Container(
            f"{name}-container",
            name=CONTAINER,
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
            # the registry reads its configuration once, when it starts: another one needs another container
            labels=[docker.ContainerLabelArgs(label=LABEL, value=starts_with)],
            opts=pulumi.ResourceOptions.merge(
                living,
                pulumi.ResourceOptions(
                    provider=engine,
                    depends_on=[configured, served],
                    delete_before_replace=True,
                    # of a machine that is lost the engine can't be asked whether its container is
                    replacement_trigger=args.access.serial,
                    hooks=orphan_removed_first(args.access.remove_container),
                ),
            ),
        )
        self.serving = pulumi.Output.concat(container.id, " ", served.serves)
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
            opts=pulumi.ResourceOptions.merge(
                living, pulumi.ResourceOptions(provider=engine, replacement_trigger=args.access.serial)
            ),
        ).image_id


def _short_hash(text: str) -> str:
    return sha256_of_text(text)[:16]
