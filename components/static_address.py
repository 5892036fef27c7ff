"""The guide's second step: the machine moves to a static address and stays there."""

from dataclasses import replace
from ipaddress import IPv4Address

import pulumi

from components.hosts import Access
from providers.address import StaticAddress, StaticAddressArgs
from registry_stack.settings import NetworkSettings


def static_address(
    name: str, access: Access, address: IPv4Address, network: NetworkSettings, parent: pulumi.Resource
) -> Access:
    """Moves a machine; the Access that comes back is the one to use from now on.

    What lives there goes with the move: of a replacement that was killed when the old machine was gone, the state knows
    the move as one of those to delete, and the machine no longer.
    """
    args = StaticAddressArgs(
        name=access.name,
        tool=access.tool,
        login=access.login,
        serial=access.machine.serial,
        address=str(address),
        subnet=str(network.subnet),
        gateway=str(network.gateway),
        interface=network.interface,
    )
    moved = StaticAddress(name, args, access.dynamic(parent))
    return replace(access, host=moved, address=moved.settled)
