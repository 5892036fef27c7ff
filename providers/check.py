"""The RegistryCheck resource: the registry answers its API, over TLS that its certificate authority vouches for."""

from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource
from registry_stack.common.errors import DeadlineError, RegistryError
from registry_stack.registry.https import PinnedServer
from registry_stack.registry.ping import wait_until_answering

_SECONDS_IN_REFRESH = 5


class RegistryCheckProvider(Provider):
    """Asks the registry, and waits until it answers. A refresh waits a few seconds only."""

    updates = ("host", "address", "port", "ca_certificate", "revision", "deadline")

    def create(self, props: Props) -> CreateResult:
        server = _server(props)
        wait_until_answering(server, props["deadline"])
        return CreateResult(f"{server.host}:{server.port}", {**props, "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            wait_until_answering(_server(props), _SECONDS_IN_REFRESH)
        except (DeadlineError, RegistryError) as error:
            return ReadResult(id_, {**props, "drift": [str(error)]})
        return ReadResult(id_, {**props, "drift": []})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        wait_until_answering(_server(new), new["deadline"])
        return UpdateResult({**new, "drift": []})


@dataclass(frozen=True)
class RegistryCheckArgs:
    """The registry `host` at `address`, and the certificates (PEM), of which one is enough. It is asked again when its
    `revision`, any text, has changed. `deadline` is how many seconds it has."""

    host: str
    address: pulumi.Input[str]
    port: int
    ca_certificate: pulumi.Input[str]
    revision: pulumi.Input[str]
    deadline: float


class RegistryCheck(StackResource, module="registry", name="RegistryCheck"):
    """A check that a registry serves the Registry v2 API over TLS that its authorities vouch for."""

    provider = RegistryCheckProvider
    walls = ("ca_certificate",)

    def __init__(self, resource_name: str, args: RegistryCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def _server(props: Props) -> PinnedServer:
    return PinnedServer(props["host"], props["address"], int(props["port"]), props["ca_certificate"])
