"""Fixtures that tests of several providers share."""

from pathlib import Path

import pytest

from tests.unit.guest_shell import Guest, make_guest
from tests.unit.machine_tool import MachineTool, make_machine_tool


@pytest.fixture
def machine_tool(tmp_path: Path) -> MachineTool:
    """A docker-machine executable that makes no machines."""
    return make_machine_tool(tmp_path)


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    """A folder that stands for a machine's root."""
    return make_guest(tmp_path / "guest")
