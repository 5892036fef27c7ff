"""Processes, as the kernel tells of them. Source: proc(5)."""

from pathlib import Path


def children(parent: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    found = (int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat"))
    return [pid for pid in found if (stat := _stat(pid)) and int(stat[1]) == parent and stat[0] != "Z"]


def descendants(ancestor: int) -> list[int]:
    """Its children, and theirs, and so on."""
    return [pid for child in children(ancestor) for pid in (child, *descendants(child))]


def alive(pid: int) -> bool:
    """Whether a process has not ended yet."""
    stat = _stat(pid)
    return bool(stat) and stat[0] != "Z"


def command(pid: int) -> str:
    """Its arguments, with a blank between them."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _stat(pid: int) -> list[str]:
    """State, parent, ...; nothing of a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
