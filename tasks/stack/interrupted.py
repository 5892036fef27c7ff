"""What a killed run of Pulumi leaves in the state, and how the next run gets past it.

Pulumi's file backend has a lock for every run, which a killed run leaves behind. The state has what was being created
at that moment, as "pending operations".
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
    """Removes the lock of a killed run, and yields a line about it. The lock of a run that is still alive stays."""
    locks = list(locks_of(stack))
    if locks and all(map(is_abandoned, locks)):
        yield "An earlier run was killed: removing its lock (pulumi cancel)."
        stack.read("cancel", "--yes")


def clear_pending(stack: PulumiStack) -> Iterator[str]:
    """Clears the pending operations, of which every run of Pulumi warns otherwise, and yields a line about it."""
    if stack.deployment().get("pending_operations"):
        yield "An earlier run was killed while it created something: checking what is there (pulumi refresh)."
        stack.read("refresh", "--yes", "--skip-preview", "--clear-pending-creates", deadline=SECONDS)


def locks_of(stack: PulumiStack) -> Iterator[Path]:
    """The lock files of the stack; none unless its backend is a folder."""
    backend = urlsplit(stack.environment["PULUMI_BACKEND_URL"])
    if backend.scheme == "file":
        locks = Path(unquote(backend.path)) / ".pulumi" / "locks"
        yield from locks.glob(f"*/{stack.project}/{stack.name}/*.json")


def is_abandoned(lock: Path) -> bool:
    """Whether the process that holds the lock is gone. A process on another host counts as alive."""
    try:
        holder = json.loads(lock.read_text("utf-8"))
        return holder["hostname"] == socket.gethostname() and not _is_pulumi(holder["pid"])
    except (OSError, ValueError, KeyError):
        return False


def _is_pulumi(pid: int) -> bool:
    """Whether a Pulumi with that process id is alive. With /proc, a process that reused the id, or a zombie, does not
    count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    command = Path("/proc", str(pid), "cmdline")
    return not command.exists() or b"pulumi" in command.read_bytes()
