"""Fixtures that several tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.machine_tool import MachineTool, make_machine_tool
from tests.fakes.pauses import short_pauses


@pytest.fixture(scope="session", autouse=True)
def _short_pauses() -> Iterator[None]:
    with short_pauses():
        yield


@pytest.fixture
def machine_tool(tmp_path: Path) -> MachineTool:
    """A docker-machine executable that makes no machines."""
    return make_machine_tool(tmp_path)
