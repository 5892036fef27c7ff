"""The TrustCheck resource: a client's own engine reaches the registry, over TLS that it trusts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import Props, Provider, changed, login
from registry_stack.common.errors import StackError
from registry_stack.guest.engines import ENGINES

_INPUTS = ("serial", "name", "login", "engine", "reference", "trusting", "serving", "deadline")


class TrustCheckProvider(Provider):
    """Translates Pulumi's calls into requests of a client's engine."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=not _olds["reaches"] or bool(changed(_olds, _news, _INPUTS)))

    def create(self, props: Props) -> CreateResult:
        _reach(props, props["deadline"])
        return CreateResult(props["name"], {**props, "reaches": True})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            _reach(props, 0)
        except StackError:
            return ReadResult(id_, {**props, "reaches": False})
        return ReadResult(id_, {**props, "reaches": True})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        _reach(_news, _news["deadline"])
        return UpdateResult({**_news, "reaches": True})


@dataclass(frozen=True)
class TrustCheckArgs:
    """A client's name, login and engine, its machine's serial, and the registry that its images are in.

    It is asked again when `trusting`, what is on the client, or `serving`, what the registry serves, is another.
    """

    name: str
    login: Mapping[str, pulumi.Input[str | int]]
    serial: pulumi.Input[str]
    engine: str
    reference: str
    trusting: pulumi.Input[Mapping[str, str]]
    serving: pulumi.Input[str]
    deadline: float


class TrustCheck(Resource, module="registry", name="TrustCheck"):
    """A check that a client's engine gets an answer from the registry that it trusts; a copied file proves nothing.

    `reaches` is false after a refresh that found it doesn't; the next `up` then waits for it, `deadline` seconds.
    """

    reaches: pulumi.Output[bool]

    def __init__(self, resource_name: str, args: TrustCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {key: getattr(args, key) for key in args.__dataclass_fields__}
        super().__init__(TrustCheckProvider(), resource_name, {**inputs, "reaches": None}, opts)


def _reach(props: Props, seconds: float) -> None:
    from registry_stack.trust.client import TrustClient

    TrustClient(props["name"], login(props)).wait_until_reached(ENGINES[props["engine"]], props["reference"], seconds)
