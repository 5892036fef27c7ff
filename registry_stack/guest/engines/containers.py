"""Containers by their ids."""

import re

from registry_stack.common.errors import MachineError

_ID = re.compile(r"[0-9a-f]{12,64}")


def container_ids(printed: str) -> list[str]:
    """The ids that an engine has listed. Raises MachineError for anything else: they become part of a command."""
    ids = printed.split()
    for each in ids:
        if not _ID.fullmatch(each):
            raise MachineError(f"an engine listed {each!r} among its containers, which is not the id of one")
    return ids
