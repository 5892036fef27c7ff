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

from tasks.pulumi_stack import PulumiStack


def get_over(stack: PulumiStack) -> Iterator[str]:
    """Clears what a killed run left, and yields a line on each; of a run that is still at work, nothing is touched."""
    locks = list(locks_of(stack))
    if locks and all(map(is_abandoned, locks)):
        yield "an earlier run was killed: taking its lock away (pulumi cancel)"
        stack.read("cancel", "--yes")
    if stack.deployment().get("pending_operations"):
        yield "an earlier run was killed while it made something: looking what is there (pulumi refresh)"
        stack.show("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--suppress-progress")


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
        if holder["hostname"] != socket.gethostname():
            return False
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, KeyError):
        return False
    return False
