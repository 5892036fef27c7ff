"""The demo is refused where containers can't be reached, before anything is made."""

import subprocess
import sys

import pytest

from tasks.engine.reachable import main
from tasks.layout import HERE


@pytest.mark.parametrize(("system", "code"), [("Linux", 0), ("Darwin", 1), ("Windows", 1)])
def test_where_the_demo_can_run(
    system: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    assert main() == code
    assert ("WSL2" in capsys.readouterr().err) == bool(code)


def test_make_asks_first_and_without_the_tools() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "demo"], cwd=HERE.checkout, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert planned[0].endswith("-m tasks.engine.reachable")
    isolated = [sys.executable, "-S", "-m", "tasks.engine.reachable"]  # no site-packages
    assert subprocess.run(isolated, cwd=HERE.checkout, check=False).returncode == 0
