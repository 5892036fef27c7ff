"""shellcheck finds nothing in the shell scripts, which are named beside what runs them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.layout import HERE

SHELLCHECK = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which("shellcheck")
SCRIPTS = sorted(
    path for room in ("registry_stack", "images", "tasks") for path in (HERE.checkout / room).rglob("*.sh")
)


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    assert len(SCRIPTS) > 10
    done = subprocess.run([SHELLCHECK or "", *SCRIPTS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
