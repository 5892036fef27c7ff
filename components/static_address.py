"""The guide's second step: bootsync.sh gives the machine a static address, and a restart moves it there."""

from dataclasses import replace
from ipaddress import IPv4Address

import pulumi

from components.hosts import MadeHost
from components.naming import child_of
from providers.address import StaticAddress, StaticAddressArgs
from providers.borrowed_address import BorrowedAddress, BorrowedAddressArgs
from providers.current_address import CurrentAddress
from registry_stack.guest import addresses
from registry_stack.settings import NetworkSettings


def static_address(
    name: str, host: MadeHost, address: IPv4Address, network: NetworkSettings, parent: pulumi.Resource
) -> MadeHost:
    """Moves a machine, and returns the host to use from now on.

    What is on the machine is tied to the move, not to the machine: if a replacement is killed after the old machine was
    deleted, the state still lists the old move, but no longer the machine.
    """
    args = StaticAddressArgs(
        name=host.name,
        tool=host.tool,
        login=host.login,
        serial=host.serial,
        address=str(address),
        subnet=str(network.subnet),
        gateway=str(network.gateway),
        interface=network.interface,
    )
    current = CurrentAddress(f"{name}-now", args, host.by_our_provider(parent))
    wanted = addresses.StaticAddress(address, network.subnet, network.gateway, network.interface)
    bootsync = replace(host, address=current.current).command(
        f"{name}-bootsync.sh",
        addresses.write_bootsync(),
        host.on_machine(parent),
        stdin=addresses.GUESTS["boot2docker"].document(wanted),
        shown=True,
    )
    opts = pulumi.ResourceOptions.merge(child_of(parent, name), pulumi.ResourceOptions(depends_on=[bootsync]))
    moved = StaticAddress(name, args, pulumi.ResourceOptions.merge(host.by_our_provider(parent), opts))
    there = replace(host, tied_to=moved, address=moved.settled)
    if not host.outlives or host.keep:  # docker-machine and its user know one that is kept by its static address
        return there
    borrowed = BorrowedAddress(
        f"{name}-borrowed",
        BorrowedAddressArgs(host.login, host.machine.host_key, moved.settled, network.interface),
        host.by_our_provider_for_good(parent),
    )
    return replace(there, address=borrowed.settled)
