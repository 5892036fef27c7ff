"""The guide's third step: the registry's files on the machine, and its container on port 443."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.hosts import MadeHost
from components.ownership import remove_orphan_before_create
from components.server_certificate import ServerCertificate
from providers.image import EngineImage, EngineImageArgs
from providers.registry_host import RegistryHost, RegistryHostArgs
from providers.served import ServedCertificate, ServedCertificateArgs
from registry_stack.common.hashing import sha256_of_text
from registry_stack.guest.scripts import write_file
from registry_stack.registry import configuration
from registry_stack.registry.certificate import stage_file
from registry_stack.registry.restart import CONTAINER, LABEL
from registry_stack.settings import EndpointSettings, RegistrySettings

_FILES = configuration.KEPT_CERTIFICATES
_DATA = configuration.KEPT_DATA

Headers = Mapping[str, Sequence[str]]
HeaderInputs = pulumi.Input[Mapping[str, pulumi.Input[Sequence[pulumi.Input[str]]]]]


@dataclass(frozen=True)
class RegistryArgs:
    """The registry's settings, its machine, the certificate that it serves, and the authorities (PEM) that vouch for
    it.

    `headers` go to the webhook of that name, together with those in its settings.
    """

    settings: RegistrySettings
    endpoints: tuple[EndpointSettings, ...]
    headers: Mapping[str, HeaderInputs]
    host: MadeHost
    certificate: ServerCertificate
    ca_certificate: pulumi.Input[str]


class Registry(pulumi.ComponentResource):
    """A running registry. `revision` changes whenever it restarts with other files."""

    revision: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:Registry", name, None, opts)
        on_machine = args.host.on_machine(self)
        key, chain = args.certificate.private_key, args.certificate.chain
        document = pulumi.Output.all(key, args.headers).apply(lambda known: _document(args.endpoints, *known))

        def put(file: str, script: str, content: pulumi.Input[str]) -> pulumi.Resource:
            return args.host.command(f"{name}-{file}", script, on_machine, stdin=content)

        configured = put("config.yml", write_file(_FILES / configuration.CONFIGURATION.name, mode="600"), document)
        authority = put("ca.pem", write_file(_FILES / "ca.pem", mode="644"), args.ca_certificate)
        staged = [
            put("key.pem", stage_file(configuration.KEY), key),
            put("certificate.pem", stage_file(configuration.CERTIFICATE), chain),
        ]
        served = ServedCertificate(
            f"{name}-certificate",
            ServedCertificateArgs(
                login=args.host.login,
                serial=args.host.serial,
                port=args.settings.port,
                chain=chain,
                private_key=key,
            ),
            pulumi.ResourceOptions.merge(args.host.by_our_provider(self), pulumi.ResourceOptions(depends_on=staged)),
        )
        engine = args.host.engine(f"{name}-engine", on_machine)
        # with the key in it, nobody can guess the configuration's secrets from the label
        starts_with = pulumi.Output.unsecret(
            pulumi.Output.concat(key, document).apply(lambda text: sha256_of_text(text)[:16])
        )
        ready = RegistryHost(
            f"{name}-host",
            RegistryHostArgs(
                login=args.host.login,
                first=args.host.machine.address,
                serial=args.host.serial,
                folder=args.host.machine.folder,
                deadline=args.host.tool["deadline"],
                contents=[args.settings.image, str(args.settings.port), starts_with],
                outlives=args.host.outlives,
                keeps_data=args.host.keep,
            ),
            args.host.by_our_provider_for_good(self),
        )
        container = docker.Container(
            f"{name}-container",
            name=CONTAINER,
            image=self._image(name, args, engine, ready),
            command=[str(configuration.CONFIGURATION)],
            restart="always",
            must_run=True,
            network_mode="bridge",
            ports=[docker.ContainerPortArgs(internal=configuration.PORT, external=args.settings.port)],
            volumes=[
                docker.ContainerVolumeArgs(
                    host_path=str(_FILES), container_path=str(configuration.CERTIFICATES), read_only=True
                ),
                docker.ContainerVolumeArgs(host_path=str(_DATA), container_path=str(configuration.DATA)),
            ],
            # the registry reads its configuration once, when it starts: another one needs another container
            labels=[docker.ContainerLabelArgs(label=LABEL, value=starts_with)],
            opts=pulumi.ResourceOptions.merge(
                on_machine,
                pulumi.ResourceOptions(
                    provider=engine,
                    depends_on=[configured, authority, served, ready],
                    delete_before_replace=True,
                    # if the machine is lost, its engine can't be asked whether the container is lost too
                    replacement_trigger=args.host.serial,
                    hooks=remove_orphan_before_create(args.host.claim_name),
                ),
            ),
        )
        self.revision = pulumi.Output.concat(container.id, " ", served.serves)
        if args.host.has_disk:
            # an engine does not wait for the disk when it notes that a container runs
            args.host.command(f"{name}-on-disk", "cat >/dev/null; sync", on_machine, stdin=self.revision, shown=True)
        self.register_outputs({"revision": self.revision})

    def _image(
        self, name: str, args: RegistryArgs, engine: docker.Provider, ready: pulumi.Resource
    ) -> pulumi.Output[str]:
        on_machine = pulumi.ResourceOptions.merge(
            args.host.on_machine(self), pulumi.ResourceOptions(depends_on=[ready])
        )
        if args.settings.image_from == "workstation":
            image = EngineImageArgs(
                image=args.settings.image,
                address=args.host.address,
                folder=args.host.machine.folder,
                serial=args.host.serial,
            )
            return EngineImage(f"{name}-image", image, on_machine).image_id
        return docker.RemoteImage(
            f"{name}-image",
            name=args.settings.image,
            keep_locally=True,
            opts=pulumi.ResourceOptions.merge(
                on_machine, pulumi.ResourceOptions(provider=engine, replacement_trigger=args.host.serial)
            ),
        ).image_id


def _document(endpoints: Sequence[EndpointSettings], private_key: str, headers: Mapping[str, Headers]) -> str:
    known = [
        configuration.Endpoint(each.name, each.url, {**each.headers, **headers.get(each.name, {})})
        for each in endpoints
    ]
    return configuration.render_configuration(known, private_key)
