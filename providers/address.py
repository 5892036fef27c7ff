"""The StaticAddress resource: the address that a machine has from now on."""

from collections.abc import Mapping
from dataclasses import replace

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, UpdateResult

from providers.props import Props, Provider, Tool, changed, docker_machine, login

_UPDATES = ("tool", "login", "address", "block")


class StaticAddressProvider(Provider):
    """Translates Pulumi's calls into moves of a machine."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["name", "serial"])
        return DiffResult(changes=bool(replaces or changed(_olds, _news, _UPDATES)), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        from providers.move import move_machine

        move_machine(docker_machine(props), props["name"], login(props), props["address"], props["block"])
        return CreateResult(props["name"], {**props, "settled": props["address"]})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        from providers.move import move_machine

        if changed(_olds, _news, ["address", "block"]):
            now = replace(login(_news), host=_olds["settled"])
            move_machine(docker_machine(_news), _news["name"], now, _news["address"], _news["block"])
        return UpdateResult({**_news, "settled": _news["address"]})


class StaticAddress(Resource, module="registry", name="StaticAddress"):
    """A machine's move to an address of its own. `settled` is where it answers now, and is known after the move."""

    settled: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        tool: Tool,
        login: Mapping[str, pulumi.Input[str | int]],
        address: str,
        block: str,
        serial: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"name": name, "tool": tool, "login": login, "address": address, "block": block, "serial": serial}
        super().__init__(StaticAddressProvider(), resource_name, {**inputs, "settled": None}, opts)
