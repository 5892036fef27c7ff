"""Linters and tests, each as a command whose output the user sees."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping

from tasks.foreground import run_in_foreground
from tasks.layout import HERE

RUFF = (sys.executable, "-m", "ruff")
PYTEST = (sys.executable, "-m", "pytest")
QUICKLY = ("-n", "2", "--dist", "worksteal", "-o", "tmp_path_retention_policy=failed")
# a file's tests stay in one process: most of these files have one stack
BY_FILE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
IMPORT_RULES = ("--no-logo", "--cache-dir", str(HERE.tools / "import-linter-cache"))
# pytest keeps what it makes of the tests' sources, or it would take seconds each time
KEEPING_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


def lint(_: Namespace) -> int:
    """Style, types, the rules on who may import whom, shell scripts. Returns the exit code of the first that fails."""
    return _run(
        (*RUFF, "check", "--quiet"),
        (*RUFF, "format", "--check", "--quiet"),
        (sys.executable, "-m", "mypy"),
        (str(HERE.scripts / HERE.executable("lint-imports")), *IMPORT_RULES),
        (str(HERE.scripts / HERE.executable("shellcheck")), *shell_scripts()),
    )


def shell_scripts() -> list[str]:
    """The paths of the checkout's shell scripts."""
    return sorted(str(path) for path in HERE.checkout.glob("[!.]*/**/*.sh"))


def run_unit_tests(_: Namespace) -> int:
    """The quick loop. Returns pytest's exit code."""
    return _run((*PYTEST, *QUICKLY, "-m", "not loopback", "tests/unit"), more=KEEPING_BYTECODE)


def run_all_tests(_: Namespace) -> int:
    """Unit and shell tests, then those that need an engine. Returns the exit code of the first run that fails."""
    quick = _run((*PYTEST, *QUICKLY, "tests/unit", "tests/shell"), more=KEEPING_BYTECODE)
    return quick or _run((*PYTEST, *BY_FILE, "tests/e2e", "tests/offline", "tests/fakes"))


def run_soak_tests(_: Namespace) -> int:
    """The long tests. Returns pytest's exit code."""
    return _run((*PYTEST, "tests/soak"))


def run_vm_tests(_: Namespace) -> int:
    """The tests on virtual machines. Returns pytest's exit code."""
    return _run((*PYTEST, "tests/vms"))


def _run(*commands: tuple[str, ...], more: Mapping[str, str] | None = None) -> int:
    environment = {**os.environ, **(more or {})}
    codes = (run_in_foreground(command, environment) for command in commands)
    return next((code for code in codes if code), 0)
