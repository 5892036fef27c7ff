"""What all tests need from the processes they run in."""

import gc
import os
import signal
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # pytest makes a folder there that is its user's alone


def pytest_configure() -> None:
    """Scratch folders are in memory if they can: a disk takes longer to make and remove their files than all else."""
    # what a shell has started in the background begins with interrupts ignored, and so would the tests' own processes
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        there = os.statvfs(MEMORY)
        if not there.f_flag & os.ST_NOEXEC and there.f_bavail * there.f_frsize > 64 * 2**20:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """What importing all tests has made stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
