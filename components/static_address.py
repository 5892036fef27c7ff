"""The guide's second step: the machine moves to a static address, by bootsync.sh, and stays there."""

from dataclasses import replace
from ipaddress import IPv4Address

import pulumi

from components.access import Access
from guest import boot2docker
from providers.address import StaticAddress
from settings import NetworkSettings


def static_address(
    name: str, access: Access, address: IPv4Address, network: NetworkSettings, parent: pulumi.Resource
) -> Access:
    """Moves a machine; the Access that comes back is the one to use from now on."""
    lines = boot2docker.static_address(address, network.subnet, network.gateway, network.interface)
    moved = StaticAddress(
        name,
        name=access.name,
        tool=access.tool,
        login=access.login,
        address=str(address),
        block=boot2docker.block(boot2docker.STATIC_ADDRESS, lines),
        serial=access.machine.serial,
        opts=access.living(parent),
    )
    return replace(access, address=moved.settled)
