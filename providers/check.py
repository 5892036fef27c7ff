"""The RegistryCheck resource: the registry answers its API, over TLS that its certificate authority vouches for."""

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import Props, Provider, changed
from registry_stack.common.errors import DeadlineError, RegistryError
from registry_stack.registry.https import PinnedServer
from registry_stack.registry.ping import wait_until_answering

_WELL = {"answers": True, "reason": ""}
_INPUTS = ("host", "address", "port", "ca_certificate", "serving", "deadline")
_SECONDS_IN_REFRESH = 5


class RegistryCheckProvider(Provider):
    """Translates Pulumi's calls into questions to the registry."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=not _olds["answers"] or bool(changed(_olds, _news, _INPUTS)))

    def create(self, props: Props) -> CreateResult:
        wait_until_answering(_server(props), props["deadline"])
        return CreateResult(f"{props['host']}:{props['port']:.0f}", {**props, **_WELL})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            wait_until_answering(_server(props), _SECONDS_IN_REFRESH)
        except (DeadlineError, RegistryError) as error:
            return ReadResult(id_, {**props, "answers": False, "reason": str(error)})
        return ReadResult(id_, {**props, **_WELL})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        wait_until_answering(_server(_news), _news["deadline"])
        return UpdateResult({**_news, **_WELL})


class RegistryCheck(Resource, module="registry", name="RegistryCheck"):
    """A check that `host` at `address` serves the Registry v2 API, asked again whenever `serving` (any text) changes.
    `ca_certificate` may be several PEM texts, of which one suffices.

    `answers` is false after a refresh that found it silent, or untrusted, for that `reason`; the next `up` then waits
    for it, `deadline` seconds.
    """

    answers: pulumi.Output[bool]
    reason: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        host: str,
        address: pulumi.Input[str],
        port: int,
        ca_certificate: pulumi.Input[str],
        serving: pulumi.Input[str],
        deadline: float,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "host": host,
            "address": address,
            "port": port,
            "ca_certificate": ca_certificate,
            "serving": serving,
            "deadline": deadline,
        }
        super().__init__(RegistryCheckProvider(), resource_name, {**inputs, "answers": None, "reason": None}, opts)


def _server(props: Props) -> PinnedServer:
    return PinnedServer(props["host"], props["address"], int(props["port"]), props["ca_certificate"])
