"""The options of machines whose values this program uses itself. All others are docker-machine's to judge."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from registry_stack.common.options import OptionValue
from registry_stack.settings.addresses import Address, HostAddress, UserName
from registry_stack.settings.base import fault
from registry_stack.settings.images import LocalImage
from registry_stack.settings.kinds import Kind, kind_of
from registry_stack.settings.paths import KeyFile
from registry_stack.settings.values import Port

SSH_PORT = 22
ENGINE_PORT = 2376
_NEEDED = {
    "container": ["container-address"],
    "generic": ["generic-ip-address", "generic-ssh-key"],
}


def _port(value: Any) -> int:
    return int(
        kind_of(Port).read(int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value)
    )


def _engine_port(value: Any) -> int:
    if _port(value) != ENGINE_PORT:
        raise ValueError
    return ENGINE_PORT


_KINDS: Mapping[str, Kind] = {
    "container-address": replace(kind_of(Address), expected="the IPv4 address that Docker assigns to the container"),
    "container-image": kind_of(LocalImage),
    "generic-ip-address": replace(kind_of(HostAddress), expected="the address of the host"),
    "generic-ssh-key": replace(
        kind_of(KeyFile),
        expected="the path of the private key that the host accepts; an SSH agent's keys are not used",
    ),
    "generic-ssh-port": Kind(_port, "a port from 1 to 65535", {}),
    "generic-ssh-user": kind_of(UserName),
    "generic-engine-port": Kind(_engine_port, f"{ENGINE_PORT}, where this program expects the engine", {}),
}
OWN_OPTIONS = frozenset(_KINDS)
"""The names of these options. Their values are no secrets."""


def check_options(driver: str, options: Mapping[str, OptionValue]) -> None:
    """Raises a fault for an option that the driver needs and does not have, or that this program could not use."""
    for name, kind in _KINDS.items():
        value = options.get(name)
        if name in options or name in _NEEDED.get(driver, ()):
            try:
                kind.accept(value)
            except PydanticCustomError as error:
                raise fault(f"options.{name}", value, (error.context or {})["expected"]) from None


def ssh_port(options: Mapping[str, OptionValue]) -> int:
    """The port of a machine's SSH server."""
    return _port(options.get("generic-ssh-port", SSH_PORT))
