"""Fixtures that several tests share."""

import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # pulumi-command warns, when it is imported, of a resource of its own that nobody here uses
    warnings.filterwarnings("ignore", "This resource is deprecated", DeprecationWarning, "pulumi_command")
    from pulumi_command.remote import Command as _Command  # noqa: F401  # imported once, for all

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
