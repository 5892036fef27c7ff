"""Locks between processes, held by open files.

Not the package filelock: these descriptors can be handed on to a child process, which then keeps the lock.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.waiting import wait_for

# a disk that is full, or can't be written to
_WAITING_IS_USELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

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

    The system releases the lock when the last process that has the descriptor open ends. A command that inherits it
    therefore keeps the lock if this process is killed, and no other process touches what the command still works on.

    A holder may remove the file. A process that waits for the lock then waits for the next file of that path.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take() -> int:
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if error.errno in _WAITING_IS_USELESS:
                raise StackError(f"{path} can't be created: {error.strerror}") from None
            raise
        try:
            _try_lock(file)
            if not os.path.samestat(os.fstat(file), path.stat()):
                raise FileNotFoundError(path)
        except OSError:
            os.close(file)
            raise
        return file

    file = wait_for(f"the lock on {purpose} ({path})", take, seconds)
    try:
        yield file
    finally:
        os.close(file)
