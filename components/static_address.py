"""The guide's second step: the machine moves to a static address and stays there."""

from dataclasses import replace
from ipaddress import IPv4Address

import pulumi

from components.access import Access
from providers.address import StaticAddress, StaticAddressArgs
from settings import NetworkSettings


def static_address(
    name: str, access: Access, address: IPv4Address, network: NetworkSettings, parent: pulumi.Resource
) -> Access:
    """Moves a machine; the Access that comes back is the one to use from now on."""
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
    return replace(access, address=StaticAddress(name, args, access.dynamic(parent)).settled)
