"""Locks between processes, held by open files."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from providers.waiting import wait_for

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, purpose: str, seconds: float) -> Iterator[int]:
    """Holds the lock file at `path`, waiting for it at most `seconds`; yields its file descriptor.

    The system lets go of the lock when the last process that has the descriptor open ends. A command that inherits
    it therefore keeps the lock if this process is killed, and nobody touches what that command still works on.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def taken() -> int:
        _try_lock(file)
        return file

    try:
        yield wait_for(f"the lock on {purpose} ({path})", taken, seconds)
    finally:
        os.close(file)
