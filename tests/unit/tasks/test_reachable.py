"""The demo is refused where containers can't be reached, before anything is made."""

import subprocess
import sys
from argparse import Namespace

import pytest

from registry_stack.common.errors import StackError
from tasks.catalogue import in_order
from tasks.engine.reachable import need_reachable_system
from tasks.layout import HERE


@pytest.mark.parametrize("system", ["Darwin", "Windows"])
def test_where_the_demo_cannot_run(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    with pytest.raises(StackError, match="WSL2"):
        need_reachable_system(Namespace())


def test_where_the_demo_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    need_reachable_system(Namespace())


def test_it_is_asked_first_and_without_the_tools() -> None:
    assert in_order("demo")[0].name == "reachable"
    isolated = [sys.executable, "-S", "-m", "tasks", "reachable"]  # no site-packages
    assert subprocess.run(isolated, cwd=HERE.checkout, check=False).returncode == 0
