"""The Trust resource: a client's engine, or its whole system, trusts the registry's authorities and finds its names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pulumi.output import Unknown

from providers.base import ClientArgs, Props, Provider, StackResource, changed, login
from registry_stack.common.errors import StackError, UnreachableError
from registry_stack.guest.engines import ENGINES
from registry_stack.guest.systems import SYSTEMS
from registry_stack.trust.client import TrustClient
from registry_stack.trust.desired import DesiredTrust
from registry_stack.trust.plan import Previous

_NOTHING = Previous()


class TrustProvider(Provider):
    """Puts on a client what it needs to trust the registry, and removes exactly that again. Only another host replaces
    the resource."""

    updates = (
        "serial",
        "name",
        "login",
        "reference",
        "address",
        "names",
        "anchors",
        "scope",
        "os",
        "engine",
        "deadline",
    )

    def replaced_by(self, old: Props, new: Props) -> list[str]:
        return ["login"] if _is_another(old["login"], new["login"]) else []

    def create(self, props: Props) -> CreateResult:
        with _named(props):
            return CreateResult(props["name"], _install_first_time(props))

    def read(self, id_: str, props: Props) -> ReadResult:
        system = SYSTEMS.get(props["system"])
        try:
            drift = _client(props).inspect(_desired(props), system, _previous(props))
        except UnreachableError:  # TrustCheck reports a client that can't be reached
            return ReadResult(id_, props)
        return ReadResult(id_, {**props, "drift": drift})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        with _named(new):
            # a recreated machine has nothing yet, but may be at the lost one's address: replacing this resource would
            # in the end remove, as the old one's trust, what it had added first
            if changed(old, new, ["serial"]):
                return UpdateResult(_install_first_time(new))
            return UpdateResult(_install(new, _previous(old)))

    def delete(self, id_: str, props: Props) -> None:
        try:
            with _named(props):
                _client(props).uninstall(_desired(props), SYSTEMS.get(props["system"]), _previous(props))
        except StackError as error:
            raise StackError(
                f"{error}\nIts trust in {props['reference']} was not taken away. If the client is gone for good, "
                "`pulumi state delete` with this resource's URN forgets it"
            ) from None


@dataclass(frozen=True)
class TrustArgs(ClientArgs):
    """A client, and what it should trust how far: see settings.ClientSettings.

    `anchors` are the certificates of the authorities (PEM) by their names, `names` the registry's, which is at
    `address`.
    """

    address: str
    names: list[str]
    anchors: Mapping[str, pulumi.Input[str]]
    scope: str
    os: str


class Trust(StackResource, module="registry", name="Trust"):
    """A client's trust in the registry. `files` has the SHA-256 of each file that is on the client for it, `folders`
    the folders that were created for them, `system` the name of the client's system."""

    provider = TrustProvider
    walls = ("anchors",)

    system: pulumi.Output[str]
    files: pulumi.Output[dict[str, str]]
    folders: pulumi.Output[list[str]]

    def __init__(self, resource_name: str, args: TrustArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def _is_another(old: Props, new: Props | Unknown) -> bool:
    """Whether the client is another one, so that the old one has to lose its trust.

    A host that has only moved, or was reinstalled, is updated in place: removing the old one's trust would remove its
    own. A machine's login has a private key, or is unknown while the machine is being replaced.
    """
    if isinstance(new, Unknown) or "private_key" in new:
        return "private_key" not in old
    return "private_key" in old or changed(old, new, ("host", "host_key")) == ["host", "host_key"]


def _install_first_time(props: Props) -> Props:
    outs = _install(props, _NOTHING)
    if props["scope"] == "system":
        _client(props).restart_engine(SYSTEMS[outs["system"]], ENGINES[props["engine"]], props["deadline"])
    return outs


def _install(props: Props, previous: Previous) -> Props:
    installed = _client(props).install(_desired(props), props["os"], previous)
    return {**props, "system": installed.system, "files": installed.files, "folders": installed.folders, "drift": []}


def _client(props: Props) -> TrustClient:
    return TrustClient(props["name"], login(props))


def _desired(props: Props) -> DesiredTrust:
    return DesiredTrust(
        reference=props["reference"],
        address=props["address"],
        names=tuple(props["names"]),
        anchors=props["anchors"],
        system_wide=props["scope"] == "system",
        engine=ENGINES[props["engine"]],
    )


def _previous(props: Props) -> Previous:
    return Previous(
        files=tuple(map(PurePosixPath, props["files"])),
        folders=tuple(map(PurePosixPath, props["folders"])),
        reference=props["reference"],
        names=tuple(props["names"]),
    )


@contextmanager
def _named(props: Props) -> Iterator[None]:
    """Errors begin with the client's name."""
    try:
        yield
    except StackError as error:
        raise StackError(f"{props['name']}: {error}") from None
