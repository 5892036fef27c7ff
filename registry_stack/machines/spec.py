"""What a machine should be like."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry_stack.common.options import OptionValue


@dataclass(frozen=True)
class MachineSpec:
    """A machine to create.

    `owner`: whose it is.
    `ssh_key` (PEM), `host_key`: if they are known before the machine is created.
    `instance`: the id of the container that the machine is, if it is one.
    `moves_to`: the address that it gets later, and may have already.
    """

    name: str
    owner: str
    driver: str
    options: Mapping[str, OptionValue]
    ssh_key: str | None
    host_key: str | None
    instance: str | None = None
    moves_to: str | None = None
