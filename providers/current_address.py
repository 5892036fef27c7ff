"""The CurrentAddress resource: where a machine answers, just before it is told to move."""

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.address import StaticAddressArgs, StaticAddressProvider, place
from providers.base import Props, Provider, StackResource, docker_machine, login
from registry_stack.machines.move import find_machine


class CurrentAddressProvider(Provider):
    """Looks for the machine once, and again before each further move. A refresh does not look: another address would
    repeat what was run at this one."""

    replaces = StaticAddressProvider.replaces
    updates = StaticAddressProvider.updates

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["name"], {**props, "current": _find(props), "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        return ReadResult(id_, props)

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        return UpdateResult({**new, "current": _find(new), "drift": []})


class CurrentAddress(StackResource, module="registry", name="CurrentAddress"):
    """The address at which a machine answered when it was last told to move. The next step sends its file there."""

    provider = CurrentAddressProvider

    current: pulumi.Output[str]

    def __init__(self, resource_name: str, args: StaticAddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def _find(props: Props) -> str:
    return find_machine(docker_machine(props), props["name"], login(props), place(props))
