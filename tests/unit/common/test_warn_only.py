"""PYTHONWARNINGS=error, which developers set for programs of their own, does not end this one."""

import os
import subprocess
import sys

PROGRAM = """
import warnings
import components
from registry_stack.common.warn_only import warn_only
warn_only()
warnings.warn("of a library", DeprecationWarning)
"""


def test_warnings_of_libraries_stay_warnings() -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "DeprecationWarning: of a library" in done.stderr
