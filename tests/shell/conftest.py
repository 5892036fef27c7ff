"""Fixtures that several tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.pauses import short_pauses
from tests.shell.guest_shell import Guest, make_guest


@pytest.fixture(scope="session", autouse=True)
def _short_pauses() -> Iterator[None]:
    with short_pauses():
        yield


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    """A folder that stands for a machine's root."""
    return make_guest(tmp_path / "guest")
