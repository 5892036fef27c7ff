"""A static address on whatever guest the machine runs: each kind is told apart, and told, in its own way.

Sources: Boot2Docker's boot scripts; netplan.readthedocs.io (a file of a higher name wins); systemd.network(5);
nm-settings-keyfile(5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from registry_stack.guest import boot2docker
from registry_stack.guest.scripts import write_file


@dataclass(frozen=True)
class StaticAddress:
    """The address that an interface of a machine shall have, for good."""

    address: IPv4Address
    subnet: IPv4Network
    gateway: IPv4Address
    interface: str

    @property
    def with_prefix(self) -> str:
        """The address as `192.168.233.3/24`."""
        return f"{self.address}/{self.subnet.prefixlen}"


@dataclass(frozen=True)
class Guest:
    """How one kind of guest is recognised and told: `test` is a shell condition, `document` goes to the standard input
    of `install`, and `apply` makes it so, during which the connection breaks. Without one, a reboot does."""

    test: str
    document: Callable[[StaticAddress], str]
    install: str
    apply: str = ""

    @property
    def reboots(self) -> bool:
        """Whether the machine has to be rebooted for its address."""
        return not self.apply


def _bootsync(wanted: StaticAddress) -> str:
    lines = boot2docker.static_address(wanted.address, wanted.subnet, wanted.gateway, wanted.interface)
    return boot2docker.block(boot2docker.STATIC_ADDRESS, lines)


def _netplan(wanted: StaticAddress) -> str:
    return (
        "network:\n"
        "  version: 2\n"
        "  ethernets:\n"
        f"    {wanted.interface}:\n"
        "      dhcp4: false\n"
        f"      addresses: [{wanted.with_prefix}]\n"
        "      routes:\n"
        "        - to: default\n"
        f"          via: {wanted.gateway}\n"
    )


def _networkd(wanted: StaticAddress) -> str:
    return (
        f"[Match]\nName={wanted.interface}\n\n"
        f"[Network]\nDHCP=no\nAddress={wanted.with_prefix}\nGateway={wanted.gateway}\n"
    )


def _network_manager(wanted: StaticAddress) -> str:
    return (
        f"[connection]\nid=registry-stack\ntype=ethernet\ninterface-name={wanted.interface}\nautoconnect-priority=100\n\n"
        f"[ipv4]\nmethod=manual\naddress1={wanted.with_prefix},{wanted.gateway}\n"
    )


GUESTS: Mapping[str, Guest] = {
    "boot2docker": Guest(
        test="grep -q '^ID=boot2docker' /etc/os-release",
        document=_bootsync,
        install=boot2docker.install_block(boot2docker.STATIC_ADDRESS),
    ),
    "netplan": Guest(
        test="command -v netplan",
        document=_netplan,
        install=write_file(PurePosixPath("/etc/netplan/99-registry-stack.yaml"), mode="600"),
        apply="netplan apply",
    ),
    "networkmanager": Guest(
        test="systemctl is-active NetworkManager",
        document=_network_manager,
        install=write_file(
            PurePosixPath("/etc/NetworkManager/system-connections/registry-stack.nmconnection"), mode="600"
        ),
        apply="nmcli connection reload; nmcli connection up registry-stack",
    ),
    "networkd": Guest(
        test="systemctl is-active systemd-networkd",
        document=_networkd,
        install=write_file(PurePosixPath("/etc/systemd/network/05-registry-stack.network"), mode="644"),
        apply="systemctl restart systemd-networkd",
    ),
}


def which_guest() -> str:
    """A script that prints the first kind of GUESTS that the machine is, or nothing."""
    tests = [f"if {guest.test} >/dev/null 2>&1; then echo {kind}" for kind, guest in GUESTS.items()]
    return "; el".join(tests) + "; fi"
