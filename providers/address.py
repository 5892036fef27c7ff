"""The StaticAddress resource: the address that a machine has from now on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource, Tool, changed, docker_machine, drift_in, login
from registry_stack.guest import addresses
from registry_stack.machines.move import drift_of_moved, heal_moved, move_machine

_PLACE = ("address", "subnet", "gateway", "interface")


class StaticAddressProvider(Provider):
    """Moves a machine to its address, and moves it back if it has lost it. Another machine replaces the resource."""

    replaces = ("name", "serial")
    updates = ("tool", "login", *_PLACE)

    def create(self, props: Props) -> CreateResult:
        move_machine(docker_machine(props), props["name"], login(props), place(props))
        return CreateResult(props["name"], {**props, "settled": props["address"], "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        there = replace(login(props), host=props["settled"])
        wanted = place({**props, "address": props["settled"]})
        return ReadResult(id_, {**props, "drift": drift_of_moved(docker_machine(props), props["name"], there, wanted)})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        tool, name, known = docker_machine(new), new["name"], login(new)
        if drift_in(old):
            heal_moved(tool, name, known, place({**new, "address": old["settled"]}))
        if changed(old, new, _PLACE):
            move_machine(tool, name, replace(known, host=old["settled"]), place(new))
        return UpdateResult({**new, "settled": new["address"], "drift": []})


@dataclass(frozen=True)
class StaticAddressArgs:
    """The machine, how to log in to it at the address of its creation, and where it should be."""

    name: str
    tool: Tool
    login: Mapping[str, pulumi.Input[str | int]]
    serial: pulumi.Input[str]
    address: str
    subnet: str
    gateway: str
    interface: str


class StaticAddress(StackResource, module="registry", name="StaticAddress"):
    """A machine's move to an address of its own. `settled` is where it answers from now on; it is known after the
    move."""

    provider = StaticAddressProvider

    settled: pulumi.Output[str]

    def __init__(self, resource_name: str, args: StaticAddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def place(props: Props) -> addresses.StaticAddress:
    """The static address that the properties describe."""
    return addresses.StaticAddress(
        IPv4Address(props["address"]), IPv4Network(props["subnet"]), IPv4Address(props["gateway"]), props["interface"]
    )
