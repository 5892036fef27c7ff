"""The RegistryHost resource: where the registry's container runs, and what is left there when the stack goes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, UpdateResult

from providers.base import Props, Provider, StackResource, changed, login
from registry_stack.common.errors import StackError, UnreachableError
from registry_stack.registry.removal import remove_registry
from registry_stack.remote.docker_engine import wait_for_engine
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import is_at


class RegistryHostProvider(Provider):
    """Waits for the engine before anything about the registry's container changes: it may have booted just now.

    On a host that outlives the stack, deleting removes the registry. It is never replaced: what goes away in the end
    would be what was made first.
    """

    updates = ("login", "serial", "folder", "contents", "outlives", "keeps_data")

    def create(self, props: Props) -> CreateResult:
        _wait(props)
        return CreateResult("registry", {**props, "drift": []})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        if old["outlives"] and changed(old["login"], new["login"], ("host", "host_key")) == ["host", "host_key"]:
            # its images may be all that there is of them
            with suppress(UnreachableError):
                remove_registry(_found(old), with_data=False)
        _wait(new)
        return UpdateResult({**new, "drift": []})

    def delete(self, id_: str, props: Props) -> None:
        if not props["outlives"]:
            return
        try:
            remove_registry(_found(props), with_data=not props["keeps_data"])
        except StackError as error:
            raise StackError(
                f"{error}\nThe registry was not removed from its host. If the host is gone for good, "
                "`pulumi state delete` with this resource's URN forgets it"
            ) from None


@dataclass(frozen=True)
class RegistryHostArgs:
    """The registry's host, and `first`, its address when it was made; `folder` has the certificate and key for its
    engine. `contents` is what its container is made of.

    `outlives`: no driver removes the host with the stack; `keeps_data`: what the registry holds stays as well.
    """

    login: Mapping[str, pulumi.Input[str | int]]
    first: pulumi.Input[str]
    serial: pulumi.Input[str]
    folder: pulumi.Input[str]
    deadline: float
    contents: Sequence[pulumi.Input[str]]
    outlives: bool
    keeps_data: bool


class RegistryHost(StackResource, module="registry", name="RegistryHost"):
    """The host of a registry, whose engine answers."""

    provider = RegistryHostProvider

    def __init__(self, resource_name: str, args: RegistryHostArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def _found(props: Props) -> Login:
    """How to log in where the host is: it may have gone back to its first address."""
    known = login(props)
    first = replace(known, host=props["first"])
    return first if not is_at(known) and is_at(first) else known


def _wait(props: Props) -> None:
    wait_for_engine(props["login"]["host"], Path(props["folder"]), props["deadline"])
