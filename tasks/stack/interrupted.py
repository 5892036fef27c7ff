"""What a run of Pulumi that was killed leaves in the state, and how the next run gets over it.

Pulumi's file backend holds a lock for every run, which one that is killed leaves behind; and the state keeps in mind
what was being made at that moment, as "pending operations".
"""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tasks.stack.pulumi_stack import PulumiStack

SECONDS = 900.0


def unlock(stack: PulumiStack) -> Iterator[str]:
    """Takes the lock of a killed run away, saying so; the lock of one that is still at work stays."""
    locks = list(locks_of(stack))
    if locks and all(map(is_abandoned, locks)):
        yield "An earlier run was killed: its lock is taken away (pulumi cancel)."
        stack.read("cancel", "--yes")


def clear_pending(stack: PulumiStack) -> Iterator[str]:
    """Clears what the state has as pending, saying so; until then every run of Pulumi warns of it."""
    if stack.deployment().get("pending_operations"):
        yield "An earlier run was killed while it made something: looking at what is there (pulumi refresh)."
        stack.read("refresh", "--yes", "--skip-preview", "--clear-pending-creates", deadline=SECONDS)


def locks_of(stack: PulumiStack) -> Iterator[Path]:
    """The lock files of the stack, where its backend is a folder."""
    backend = urlsplit(stack.environment["PULUMI_BACKEND_URL"])
    if backend.scheme == "file":
        locks = Path(unquote(backend.path)) / ".pulumi" / "locks"
        yield from locks.glob(f"*/{stack.project}/{stack.name}/*.json")


def is_abandoned(lock: Path) -> bool:
    """Whether the process that holds the lock is gone; not known of one on another host, which is left its lock."""
    try:
        holder = json.loads(lock.read_text("utf-8"))
        return holder["hostname"] == socket.gethostname() and not _is_pulumi(holder["pid"])
    except (OSError, ValueError, KeyError):
        return False


def _is_pulumi(pid: int) -> bool:
    """Whether a process of that id is at work; where /proc tells, one of another name that has got the id is not it,
    nor is one that has ended and of which only the entry is left."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    command = Path("/proc", str(pid), "cmdline")
    return not command.exists() or b"pulumi" in command.read_bytes()
