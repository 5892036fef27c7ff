"""How a machine's network is set up before this program comes: by DHCP, or with a static address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tasks.lab.vms.machine import INTERFACE
from tasks.lab.vms.network import GATEWAY, SUBNET, address_of


@dataclass(frozen=True)
class Network:
    """A system, and its files for a machine's number."""

    system: str
    files: Callable[[int], Mapping[str, str]]


def _static(number: int) -> str:
    return f"{address_of(number)}/{SUBNET.prefixlen}"


_NETPLAN = "network:\n  version: 2\n  ethernets:\n"

NETWORKS = {
    "networkd-dhcp": Network(
        "networkd",
        lambda _: {"etc/systemd/network/10-wired.network": "[Match]\nName=en*\n\n[Network]\nDHCP=yes\n"},
    ),
    "networkd-static": Network(
        "networkd",
        lambda number: {
            "etc/systemd/network/10-wired.network": "[Match]\nName=en*\n\n[Network]\n"
            f"Address={_static(number)}\nGateway={GATEWAY}\nDNS={GATEWAY}\n"
        },
    ),
    "netplan-dhcp": Network(
        "netplan",
        lambda _: {"etc/netplan/50-cloud-init.yaml": f"{_NETPLAN}    {INTERFACE}:\n      dhcp4: true\n"},
    ),
    "netplan-static": Network(
        "netplan",
        lambda number: {
            # by what it is, not by its name, as an installer may write it
            "etc/netplan/01-installer.yaml": f"{_NETPLAN}    all:\n      match: {{name: 'en*'}}\n"
            f"      addresses: [{_static(number)}]\n      nameservers: {{addresses: [{GATEWAY}]}}\n"
            f"      routes: [{{to: default, via: {GATEWAY}}}]\n"
        },
    ),
    "networkmanager-dhcp": Network("networkmanager", lambda _: {}),
    "networkmanager-static": Network(
        "networkmanager",
        lambda number: {
            "etc/NetworkManager/system-connections/wired.nmconnection": "[connection]\nid=wired\ntype=ethernet\n"
            f"interface-name={INTERFACE}\n\n[ipv4]\nmethod=manual\naddress1={_static(number)},{GATEWAY}\ndns={GATEWAY};\n"
        },
    ),
    "ifupdown-dhcp": Network(
        "ifupdown",
        lambda _: {
            "etc/network/interfaces": "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\n"
            f"# The primary network interface\nallow-hotplug {INTERFACE}\niface {INTERFACE} inet dhcp\n"
        },
    ),
    "ifupdown-static": Network(
        "ifupdown",
        lambda number: {
            "etc/network/interfaces": "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n",
            "etc/network/interfaces.d/wired": f"auto {INTERFACE}\niface {INTERFACE} inet static\n"
            f"    address {_static(number)}\n    gateway {GATEWAY}\n    dns-nameservers {GATEWAY}\n",
        },
    ),
}
"""Each by its name: the kind of system, and where its first address comes from."""
