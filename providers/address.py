"""The StaticAddress resource: the address that a machine has from now on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import WELL, Props, Provider, Tool, changed, docker_machine, login
from registry_stack.guest import addresses

_PLACE = ("address", "subnet", "gateway", "interface")


class StaticAddressProvider(Provider):
    """Translates Pulumi's calls into moves of a machine."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["name", "serial"])
        updates = changed(_olds, _news, ["tool", "login", *_PLACE])
        return DiffResult(changes=bool(replaces or updates) or _olds["health"] != WELL, replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        from registry_stack.machines.move import move_machine

        move_machine(docker_machine(props), props["name"], login(props), _place(props))
        return CreateResult(props["name"], {**props, "settled": props["address"], "health": WELL})

    def read(self, id_: str, props: Props) -> ReadResult:
        from registry_stack.machines.move import inspect_moved

        there = replace(login(props), host=props["settled"])
        return ReadResult(id_, {**props, "health": inspect_moved(docker_machine(props), props["name"], there)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        from registry_stack.machines.move import heal_moved, move_machine

        tool, name, known = docker_machine(_news), _news["name"], login(_news)
        if _olds["health"] != WELL:
            heal_moved(tool, name, known, _place({**_news, "address": _olds["settled"]}))
        if changed(_olds, _news, _PLACE):
            move_machine(tool, name, replace(known, host=_olds["settled"]), _place(_news))
        return UpdateResult({**_news, "settled": _news["address"], "health": WELL})


@dataclass(frozen=True)
class StaticAddressArgs:
    """The machine, with how to log in to it at the address of its creation, and where it shall be."""

    name: str
    tool: Tool
    login: Mapping[str, pulumi.Input[str | int]]
    serial: pulumi.Input[str]
    address: str
    subnet: str
    gateway: str
    interface: str


class StaticAddress(Resource, module="registry", name="StaticAddress"):
    """A machine's move to an address of its own. `settled` is where it answers now, and is known after the move.

    `health` is what the last refresh found; anything but "well" is healed by the next `up`.
    """

    settled: pulumi.Output[str]
    health: pulumi.Output[str]

    def __init__(self, resource_name: str, args: StaticAddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {key: getattr(args, key) for key in args.__dataclass_fields__}
        super().__init__(StaticAddressProvider(), resource_name, {**inputs, "settled": None, "health": None}, opts)


def _place(props: Props) -> addresses.StaticAddress:
    return addresses.StaticAddress(
        IPv4Address(props["address"]), IPv4Network(props["subnet"]), IPv4Address(props["gateway"]), props["interface"]
    )
