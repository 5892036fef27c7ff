"""Fixtures that several tests share."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.guest_shell import Guest, make_guest
from tests.unit.machine_tool import MachineTool, make_machine_tool


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
