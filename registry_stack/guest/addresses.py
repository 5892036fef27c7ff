"""A static address on whatever guest a machine runs: how each kind is recognised, and configured.

Sources: Boot2Docker's boot scripts; netplan.readthedocs.io (a file of a higher name wins); systemd.network(5);
nm-settings-keyfile(5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from registry_stack.guest import boot2docker
from registry_stack.guest.scripts import write_file

KEPT = "kept"
_NETPLAN = PurePosixPath("/etc/netplan/99-registry-stack.yaml")
_NETWORK_MANAGER = PurePosixPath("/etc/NetworkManager/system-connections/registry-stack.nmconnection")
_NETWORKD = PurePosixPath("/etc/systemd/network/05-registry-stack.network")


@dataclass(frozen=True)
class StaticAddress:
    """The address that an interface of a machine should have, for good."""

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
    """How one kind of guest is recognised and configured.

    `test`: a shell condition that holds on such a guest.
    `document`: the configuration, for the standard input of `install` and `keeps`.
    `install`: a script that installs the document.
    `keeps`: a script that prints KEPT if the document is installed.
    `apply`: a script that makes it take effect, during which the connection breaks. Without one, a reboot does.
    """

    test: str
    document: Callable[[StaticAddress], str]
    install: str
    keeps: str
    apply: str = ""

    @property
    def reboots(self) -> bool:
        """Whether the machine has to be rebooted for its address."""
        return not self.apply


def _says_kept(read: str) -> str:
    return f'if [ "$({read} 2>/dev/null)" = "$(cat)" ]; then echo {KEPT}; fi'


def _bootsync(target: StaticAddress) -> str:
    lines = boot2docker.static_address(target.address, target.subnet, target.gateway, target.interface)
    return boot2docker.block(boot2docker.STATIC_ADDRESS, lines)


def _netplan(target: StaticAddress) -> str:
    return (
        "network:\n"
        "  version: 2\n"
        "  ethernets:\n"
        f"    {target.interface}:\n"
        "      dhcp4: false\n"
        f"      addresses: [{target.with_prefix}]\n"
        "      routes:\n"
        "        - to: default\n"
        f"          via: {target.gateway}\n"
    )


def _networkd(target: StaticAddress) -> str:
    return (
        f"[Match]\nName={target.interface}\n\n"
        f"[Network]\nDHCP=no\nAddress={target.with_prefix}\nGateway={target.gateway}\n"
    )


def _network_manager(target: StaticAddress) -> str:
    return (
        f"[connection]\nid=registry-stack\ntype=ethernet\ninterface-name={target.interface}\nautoconnect-priority=100\n\n"
        f"[ipv4]\nmethod=manual\naddress1={target.with_prefix},{target.gateway}\n"
    )


GUESTS: Mapping[str, Guest] = {
    "boot2docker": Guest(
        test="grep -q '^ID=boot2docker' /etc/os-release",
        document=_bootsync,
        install=boot2docker.install_block(boot2docker.STATIC_ADDRESS),
        keeps=_says_kept(boot2docker.read_block(boot2docker.STATIC_ADDRESS)),
    ),
    "netplan": Guest(
        test="command -v netplan",
        document=_netplan,
        install=write_file(_NETPLAN, mode="600"),
        keeps=_says_kept(f"cat {_NETPLAN}"),
        apply="netplan apply",
    ),
    "networkmanager": Guest(
        test="systemctl is-active NetworkManager",
        document=_network_manager,
        install=write_file(_NETWORK_MANAGER, mode="600"),
        keeps=_says_kept(f"cat {_NETWORK_MANAGER}"),
        apply="nmcli connection reload; nmcli connection up registry-stack",
    ),
    "networkd": Guest(
        test="systemctl is-active systemd-networkd",
        document=_networkd,
        install=write_file(_NETWORKD, mode="644"),
        keeps=_says_kept(f"cat {_NETWORKD}"),
        apply="systemctl restart systemd-networkd",
    ),
}


def which_guest() -> str:
    """A script that prints the first kind of GUESTS that the machine is, or nothing."""
    tests = [f"if {guest.test} >/dev/null 2>&1; then echo {kind}" for kind, guest in GUESTS.items()]
    return "; el".join(tests) + "; fi"


def write_bootsync() -> str:
    """A script that makes standard input, the document for a Boot2Docker, a part of its bootsync.sh.

    On any other guest it changes nothing: that is configured in its own way, when it moves.
    """
    guest = GUESTS["boot2docker"]
    return f"if {guest.test}; then\n{guest.install}\nelse cat >/dev/null; echo 'no Boot2Docker: nothing to write'; fi"
