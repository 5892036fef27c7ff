"""A static address on whatever guest a machine runs: how each kind is recognised, and configured.

A system of netplan is one of NetworkManager or systemd-networkd, which netplan writes files for. Their own files decide
alone, where netplan adds up the addresses of all of its files, and cloud-init may write those again at each boot.

Sources: Boot2Docker's boot scripts; systemd.network(5), of whose files the first that matches is used;
nm-settings-keyfile(5); interfaces(5).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path, PurePosixPath
from shlex import quote

from registry_stack.guest import boot2docker
from registry_stack.guest.scripts import load_script, write_file

_NETWORK_MANAGER = PurePosixPath("/etc/NetworkManager/system-connections/registry-stack.nmconnection")
_NETWORKD = PurePosixPath("/etc/systemd/network/05-registry-stack.network")
_INTERFACES = PurePosixPath("/etc/network/interfaces")
# what earlier versions wrote
_NETPLAN = PurePosixPath("/etc/netplan/99-registry-stack.yaml")
_BLOCK = "registry-stack"
_HERE = Path(__file__).parent
_NAME_SERVERS = re.compile(r"^(?:DNS=|dns=|\s*dns-nameservers )(.*)$", re.MULTILINE)
_DOMAINS = re.compile(r"^(?:Domains=|dns-search=|\s*dns-search )(.*)$", re.MULTILINE)
_FOUND_NAME_SERVERS = re.compile(r"^nameserver (.*)$", re.MULTILINE)
_FOUND_DOMAINS = re.compile(r"^search (.*)$", re.MULTILINE)
_DOMAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True)
class StaticAddress:
    """The address that an interface of a machine should have, for good.

    `name_servers` and `domains` (to search in) are those that the interface has already, unless they are given.
    """

    address: IPv4Address
    subnet: IPv4Network
    gateway: IPv4Address
    interface: str
    name_servers: tuple[IPv4Address, ...] = ()
    domains: tuple[str, ...] = ()

    @property
    def with_prefix(self) -> str:
        """The address as `192.168.233.3/24`."""
        return f"{self.address}/{self.subnet.prefixlen}"

    def with_names_found(self, printed: str) -> "StaticAddress":
        """The same with the name servers and domains that a guest's `names` printed; those that are given stay."""
        return self._with_names(_words(_FOUND_NAME_SERVERS, printed), _words(_FOUND_DOMAINS, printed))

    def with_names_of(self, document: str) -> "StaticAddress":
        """The same with the name servers and domains of a document that is installed; those that are given stay."""
        return self._with_names(_words(_NAME_SERVERS, document), _words(_DOMAINS, document))

    def _with_names(self, servers: Sequence[str], domains: Sequence[str]) -> "StaticAddress":
        usable = tuple(dict.fromkeys(address for each in servers for address in _addresses(each)))
        known = tuple(dict.fromkeys(each for each in domains if _DOMAIN.fullmatch(each)))
        return replace(self, name_servers=self.name_servers or usable, domains=self.domains or known)


@dataclass(frozen=True)
class Guest:
    """How one kind of guest is recognised and configured, by scripts that know the `$INTERFACE`.

    `test`: a condition that holds on such a guest.
    `document`: the configuration, for the standard input of `install`.
    `install`, `read`, `remove`: install the document, print the one that is installed or nothing, undo `install`.
    `apply`: makes what is installed, or no longer installed, take effect; the connection breaks. Without one, a reboot
    does. `leave` comes before the change of what is installed.
    `names`: prints the interface's name servers and domains, as resolv.conf has them.
    """

    test: str
    document: Callable[[StaticAddress], str]
    install: str
    read: str
    remove: str
    apply: str = ""
    leave: str = ":"
    names: str = ":"

    @property
    def reboots(self) -> bool:
        """Whether the machine has to be rebooted for its address."""
        return not self.apply

    def is_installed(self, installed: str, target: StaticAddress) -> bool:
        """Whether what `read` printed is the document for that address."""
        return installed.strip() == self.document(target.with_names_of(installed)).strip()


def _bootsync(target: StaticAddress) -> str:
    lines = boot2docker.static_address(target.address, target.subnet, target.gateway, target.interface)
    if target.name_servers:
        lines = [*lines, f"printf 'nameserver %s\\n' {' '.join(map(str, target.name_servers))} >/etc/resolv.conf"]
    return boot2docker.block(boot2docker.STATIC_ADDRESS, lines)


def _networkd(target: StaticAddress) -> str:
    names = _setting("DNS=", target.name_servers) + _setting("Domains=", target.domains)
    return (
        f"[Match]\nName={target.interface}\n\n"
        f"[Network]\nDHCP=no\nAddress={target.with_prefix}\nGateway={target.gateway}\n{names}"
    )


def _network_manager(target: StaticAddress) -> str:
    names = _setting("dns=", target.name_servers, ";") + _setting("dns-search=", target.domains, ";")
    return (
        f"[connection]\nid=registry-stack\ntype=ethernet\ninterface-name={target.interface}\nautoconnect-priority=999\n\n"
        f"[ipv4]\nmethod=manual\naddress1={target.with_prefix},{target.gateway}\n{names}"
    )


def _ifupdown(target: StaticAddress) -> str:
    names = _setting("    dns-nameservers ", target.name_servers) + _setting("    dns-search ", target.domains)
    return (
        f"# >>> {_BLOCK}\nauto {target.interface}\niface {target.interface} inet static\n"
        f"    address {target.with_prefix}\n    gateway {target.gateway}\n{names}# <<< {_BLOCK}\n"
    )


def _edit_interfaces(action: str) -> str:
    return load_script(_HERE / "ifupdown.sh", INTERFACES=_INTERFACES, BLOCK=_BLOCK, MARK=f"#{_BLOCK}: ", ACTION=action)


GUESTS: Mapping[str, Guest] = {
    "boot2docker": Guest(
        test="grep -q '^ID=boot2docker' /etc/os-release",
        document=_bootsync,
        install=boot2docker.install_block(boot2docker.STATIC_ADDRESS),
        read=f"{boot2docker.read_block(boot2docker.STATIC_ADDRESS)} 2>/dev/null || true",
        remove=boot2docker.remove_block(boot2docker.STATIC_ADDRESS),
    ),
    "networkmanager": Guest(
        test="nmcli -t -f GENERAL.STATE device show \"$INTERFACE\" | grep -Eq ':([3-9]|1[0-9])[0-9] '",
        document=_network_manager,
        install=f"{write_file(_NETWORK_MANAGER, mode='600')}; rm -f {_NETPLAN}",
        read=f"cat {_NETWORK_MANAGER} 2>/dev/null || true",
        remove=f"rm -f {_NETWORK_MANAGER} {_NETPLAN}",
        # without our connection the next best one is taken, as after a boot
        apply=f"nmcli connection reload; if [ -e {_NETWORK_MANAGER} ]; then nmcli connection up registry-stack; "
        'else nmcli device disconnect "$INTERFACE" || true; nmcli device connect "$INTERFACE"; fi',
        names='nmcli -t -f IP4.DNS device show "$INTERFACE" | sed "s/^[^:]*:/nameserver /"; '
        'nmcli -t -f IP4.DOMAIN device show "$INTERFACE" | sed "s/^[^:]*:/search /"',
    ),
    "networkd": Guest(
        test="systemctl is-active systemd-networkd && "
        '! networkctl --no-legend --no-pager list | grep -Eq " $INTERFACE .*unmanaged"',
        document=_networkd,
        install=f"{write_file(_NETWORKD, mode='644')}; rm -f {_NETPLAN}",
        read=f"cat {_NETWORKD} 2>/dev/null || true",
        remove=f"rm -f {_NETWORKD} {_NETPLAN}",
        apply="systemctl restart systemd-networkd",
        names="sed -n 's/^DNS=/nameserver /p; s/^DOMAINS=/search /p' "
        '/run/systemd/netif/links/"$(cat /sys/class/net/"$INTERFACE"/ifindex)"',
    ),
    "ifupdown": Guest(
        test=f"command -v ifup && test -e {_INTERFACES}",
        document=_ifupdown,
        install=_edit_interfaces("install"),
        read=_edit_interfaces("read"),
        remove=_edit_interfaces("remove"),
        # busybox has the short option alone
        leave='ifdown --force "$INTERFACE" 2>/dev/null || ifdown -f "$INTERFACE" || true',
        apply='ifup --force "$INTERFACE" 2>/dev/null || ifup "$INTERFACE"',
        names="cat /etc/resolv.conf",
    ),
}


def which_guest(interface: str) -> str:
    """A script that prints the first kind of GUESTS that a machine is as far as an interface goes, or nothing."""
    tests = [f"if {{ {guest.test}; }} >/dev/null 2>&1; then echo {kind}" for kind, guest in GUESTS.items()]
    return f"{on_interface(interface)}; {'; el'.join(tests)}; fi"


def on_interface(interface: str, script: str = ":") -> str:
    """A guest's script, which knows its interface then."""
    return f"INTERFACE={quote(interface)}; {script}"


def write_bootsync() -> str:
    """A script that installs standard input, the document for a Boot2Docker, in its bootsync.sh.

    On any other guest it changes nothing: such a guest is configured in its own way, when it moves.
    """
    guest = GUESTS["boot2docker"]
    return f"if {guest.test}; then\n{guest.install}\nelse cat >/dev/null; echo 'no Boot2Docker: nothing to write'; fi"


def _setting(name: str, values: Sequence[object], separator: str = " ") -> str:
    return f"{name}{separator.join(map(str, values))}\n" if values else ""


def _words(pattern: "re.Pattern[str]", text: str) -> list[str]:
    return [word for line in pattern.findall(text) for word in re.split(r"[\s;]+", line) if word]


def _addresses(text: str) -> list[IPv4Address]:
    """An address, without a port or an interface; none if it is no name server that another machine could be."""
    try:
        address = IPv4Address(re.split(r"[%#:]", text)[0])
    except ValueError:
        return []
    return [] if address.is_loopback or address.is_unspecified else [address]
