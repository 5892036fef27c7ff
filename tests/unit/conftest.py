"""Fixtures that several tests share."""

import gc
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.guest_shell import Guest, make_guest
from tests.unit.machine_tool import MachineTool, make_machine_tool

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


@pytest.fixture(scope="session", autouse=True)
def _short_pauses() -> Iterator[None]:
    """Whoever waits looks again soon: what is waited for here is no machine that boots."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: time.sleep(min(seconds, 0.01)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("providers.waiting.time", clock)
        yield


@pytest.fixture
def machine_tool(tmp_path: Path) -> MachineTool:
    """A docker-machine executable that makes no machines."""
    return make_machine_tool(tmp_path)


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    """A folder that stands for a machine's root."""
    return make_guest(tmp_path / "guest")
