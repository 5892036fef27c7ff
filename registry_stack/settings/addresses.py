"""Names and addresses in settings, as those accept them who use them in the end.

Sources: Go's net.ParseIP (certificates, Docker), distribution's reference grammar (image names), `valid_hostname` and
`valid_ruser` of OpenSSH's ssh.c, `ifname_valid` of systemd.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Annotated, Any

from registry_stack.settings.kinds import Kind, Unfit, matching

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# resolvers take a name for an address if its last label is a number, which may be a hexadecimal one
_DNS_NAME = rf"(?=.{{1,253}}$)({_LABEL}\.)*(?!([0-9]+|0x[0-9a-f]*)$){_LABEL}"
# as SSH and URLs take it: in capitals, with underscores, with the dot of the root
_HOST_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = rf"(?=.{{1,254}}$)({_HOST_LABEL}\.)*(?!([0-9]+|0[Xx][0-9A-Fa-f]*)\.?$){_HOST_LABEL}\.?"
_ZONE = "%[A-Za-z0-9_.-]{1,15}"
_SUBNET = r"([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])"
# as ssh takes it, but without spaces
_USER = r"""(?!-)[^\s'"`;&<>|(){}:\x00-\x1f\x7f]{1,255}"""
_OF_NO_HOST = [IPv4Network(each) for each in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")]
_LARGEST, _SMALLEST = 8, 30


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or an IPv6 address, without a zone."""
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False


def is_host_of(subnet: IPv4Network, address: IPv4Address) -> bool:
    """Whether a host of the subnet can have the address: any but the first and the last."""
    return address in subnet and address not in (subnet.network_address, subnet.broadcast_address)


def is_host_name(text: str) -> bool:
    """Whether a text is a name by which SSH or a URL finds a host."""
    return re.fullmatch(_HOST_NAME, text) is not None


def same_host(text: str) -> str:
    """A host's name or address in the spelling that all others of the same have."""
    return str(ip_address(text)) if is_address(text) else text.lower().removesuffix(".")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _address(value: Any) -> IPv4Address:
    return IPv4Address(_text(value))


def _subnet(value: Any) -> IPv4Network:
    if not re.fullmatch(_SUBNET, _text(value)):
        raise ValueError
    subnet = IPv4Network(value, strict=False)
    if str(subnet) != value:
        raise Unfit(f"this one is {subnet}")
    if not _LARGEST <= subnet.prefixlen <= _SMALLEST:
        raise Unfit(f"its prefix should be from /{_LARGEST} to /{_SMALLEST}")
    if any(subnet.overlaps(other) for other in _OF_NO_HOST):
        raise Unfit("hosts can't have its addresses (loopback, link-local, multicast or reserved)")
    return subnet


def _known_as(value: Any) -> str:
    """A name, or an address in the spelling that certificates have."""
    if re.fullmatch(_DNS_NAME, _text(value)):
        if value == "localhost" or value.endswith(".localhost"):
            raise Unfit("localhost is another machine for each engine")
        return str(value)
    if value.startswith("*."):
        raise Unfit("an engine trusts a registry by its whole name, so a wildcard would be of no use")
    if not is_address(value):
        raise ValueError
    address = ip_address(value)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            raise Unfit(f"this one is {address.ipv4_mapped}")
        other = address.is_unspecified or address.is_loopback or address.is_multicast
        if address.is_link_local:
            raise Unfit("a link-local IPv6 address needs a zone, which no certificate has")
    else:
        other = any(address in each for each in _OF_NO_HOST if not each.is_link_local)
    if other:
        raise Unfit("no other machine can reach the registry at it")
    return str(address)


def _reached_at(value: Any) -> str:
    text = _text(value)
    zone = re.search(f"{_ZONE}$", text)
    if is_host_name(text) or is_address(text) or (zone and ":" in text and is_address(text[: zone.start()])):
        return text
    raise ValueError


def _check_user(text: str) -> None:
    if not text.isprintable() or text.endswith("\\"):
        raise ValueError


def _check_interface(text: str) -> None:
    if text.isdigit() or text in (".", "..", "all", "default"):
        raise ValueError


Address = Annotated[
    IPv4Address, Kind(_address, "an IPv4 address, such as 192.168.233.3", {"type": "string", "format": "ipv4"})
]
Subnet = Annotated[
    IPv4Network,
    Kind(
        _subnet,
        "an IPv4 subnet with its prefix and without host bits, such as 192.168.233.0/24",
        {"type": "string", "pattern": f"^{_SUBNET}$"},
    ),
]
DnsName = Annotated[
    str, matching(_DNS_NAME, "a DNS name: lower-case letters, digits and hyphens, in labels separated by dots")
]
KnownAs = Annotated[
    str,
    Kind(
        _known_as,
        "a DNS name in lower case, an IPv4 address or an IPv6 address",
        {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}, {"pattern": f"^({_DNS_NAME})$"}]},
    ),
]
HostAddress = Annotated[
    str,
    Kind(
        _reached_at,
        "a DNS name, an IPv4 address or an IPv6 address",
        {
            "type": "string",
            "anyOf": [
                {"format": "ipv4"},
                {"format": "ipv6"},
                {"pattern": f"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*{_ZONE}$"},
                {"pattern": f"^({_HOST_NAME})$"},
            ],
        },
    ),
]
UserName = Annotated[str, matching(_USER, "the name of a user on that host", _check_user)]
Interface = Annotated[
    str,
    matching(
        "[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}",
        "the name of a Linux network interface, such as eth0, in at most 15 letters, digits and . _ -",
        _check_interface,
    ),
]
