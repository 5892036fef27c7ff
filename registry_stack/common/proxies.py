"""Proxies of the environment, and how to keep them from what they can't reach: the machines, and this system itself.

Go, as in Pulumi's docker provider, asks HTTPS_PROXY and NO_PROXY before https_proxy and no_proxy, and never a proxy for
this system. gRPC, by which Pulumi's engine and a program in Python talk to each other at 127.0.0.1, knows the variables
in lower case alone, and makes no exception. All of them take networks in NO_PROXY, such as 192.168.233.0/24.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

_HERE = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GRPC_PROXY")
# http:// is spoken with no machine
_OF_MACHINES = ("HTTPS_PROXY", "ALL_PROXY")
_EXCEPTIONS = ("NO_PROXY", "no_proxy")


def without_proxies(environment: Mapping[str, str], addresses: Iterable[str]) -> dict[str, str]:
    """The variables to add, so that addresses and networks are reached without a proxy; none if there is no proxy."""
    if not _set(environment, _PROXIES):
        return {}
    wanted = dict.fromkeys([*exceptions(environment), *_HERE, *addresses])
    return dict.fromkeys(_EXCEPTIONS, ",".join(wanted))


def proxy_for(environment: Mapping[str, str], address: str) -> str | None:
    """The variable by which a machine's address would be asked for through a proxy, if there is one."""
    return None if _is_excepted(address, exceptions(environment)) else next(iter(_set(environment, _OF_MACHINES)), None)


def exceptions(environment: Mapping[str, str]) -> list[str]:
    """What the environment says is to be reached without a proxy."""
    given = ",".join(environment.get(name, "") for name in _EXCEPTIONS)
    return list(dict.fromkeys(each.strip() for each in given.split(",") if each.strip()))


def _set(environment: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [each for name in names for each in (name, name.lower()) if environment.get(each)]


def _is_excepted(address: str, exceptions: Iterable[str]) -> bool:
    return any(each in ("*", address) or _is_network_of(address, each) for each in exceptions)


def _is_network_of(address: str, network: str) -> bool:
    try:
        return "/" in network and ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False
