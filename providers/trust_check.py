"""The TrustCheck resource: a client's own engine reaches the registry, over TLS that it trusts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import ClientArgs, Props, Provider, StackResource, login
from registry_stack.common.errors import StackError
from registry_stack.guest.engines import ENGINES
from registry_stack.trust.client import TrustClient


class TrustCheckProvider(Provider):
    """Asks a client's engine, and waits until it reaches the registry. A refresh asks once."""

    updates = ("serial", "name", "login", "engine", "reference", "files", "revision", "deadline")

    def create(self, props: Props) -> CreateResult:
        _reach(props, props["deadline"])
        return CreateResult(props["name"], {**props, "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            _reach(props, 0)
        except StackError as error:
            return ReadResult(id_, {**props, "drift": [str(error)]})
        return ReadResult(id_, {**props, "drift": []})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        _reach(new, new["deadline"])
        return UpdateResult({**new, "drift": []})


@dataclass(frozen=True)
class TrustCheckArgs(ClientArgs):
    """A client. Its engine is asked again when `files`, what is on the client, or `revision`, what the registry serves,
    has changed."""

    files: pulumi.Input[Mapping[str, str]]
    revision: pulumi.Input[str]


class TrustCheck(StackResource, module="registry", name="TrustCheck"):
    """A check that a client's engine gets an answer from the registry over TLS that it trusts; a copied file proves
    nothing."""

    provider = TrustCheckProvider

    def __init__(self, resource_name: str, args: TrustCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def _reach(props: Props, seconds: float) -> None:
    client = TrustClient(props["name"], login(props))
    client.wait_until_reached(ENGINES[props["engine"]], props["reference"], seconds)
