"""Fixtures that tests of several providers share."""

from pathlib import Path

import pytest

from tests.unit.machine_tool import MachineTool, make_machine_tool


@pytest.fixture
def machine_tool(tmp_path: Path) -> MachineTool:
    """A docker-machine executable that makes no machines."""
    return make_machine_tool(tmp_path)
