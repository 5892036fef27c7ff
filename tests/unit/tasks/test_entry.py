"""`python -m tasks`: the order of tasks, what runs where, and that make has nothing of its own."""

import inspect
import os
import re
import subprocess
import sys
import textwrap
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from registry_stack.common.errors import StackError
from tasks import __main__ as entry
from tasks.catalogue import TASKS, Task, in_order
from tasks.layout import HERE, Layout
from tasks.stack import environment

MAKEFILE = (HERE.checkout / "Makefile").read_text("utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()  # type: ignore[index]  # or all fails


def names(tasks: Sequence[Task]) -> list[str]:
    return [task.name for task in tasks]


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_every_task_is_a_function_of_the_options(task: Task) -> None:
    work = task.load()
    assert len(inspect.signature(work).parameters) == 1
    assert set(task.needs) <= TASKS.keys()


def test_make_has_the_tasks_that_it_is_said_to_have() -> None:
    assert {*TARGETS} == {"help", *(task.name for task in TASKS.values() if task.in_make)}


@pytest.mark.parametrize("target", TARGETS)
def test_make_does_nothing_but_call_the_task(target: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "PYTHON=py", target], cwd=HERE.checkout, capture_output=True, text=True, check=True
    )
    more = {"help": [], "env": ["env", "--shell", "posix"], "bench": ["bench", "--scale", "--systems"]}
    assert planned.stdout.split() == ["py", "-m", "tasks", *more.get(target, [target])]
    entry.parse(planned.stdout.split()[3:])


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("tools", ["tools"]),
        ("images", ["tools", "engine", "images"]),
        ("demo", ["reachable", "tools", "engine", "images", "demo"]),
        ("demo-down", ["tools", "demo-down"]),
        ("test", ["tools", "lint", "engine", "systems", "test"]),
        ("unit", ["tools", "unit"]),
        ("bench", ["tools", "engine", "images", "bench"]),
        ("soak", ["tools", "engine", "images", "soak"]),
        ("vms", ["tools", "engine", "images", "disks", "vms"]),
        ("env", ["env"]),
        ("clean", ["clean"]),
    ],
)
def test_what_a_task_needs_comes_first_and_once(name: str, order: list[str]) -> None:
    assert names(in_order(name)) == order


@pytest.mark.parametrize("name", TASKS)
def test_nothing_that_needs_no_tools_comes_after_what_does(name: str) -> None:
    """As the one process does the former, and the next one, in the virtual environment, the latter."""
    places = [task.in_tools for task in in_order(name)]
    assert places == sorted(places)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done, by name, instead of doing it; `tools` is where a virtual environment would be entered."""
    done: list[str] = []

    def load(task: Task) -> object:
        return lambda _: done.append(task.name)

    def become(command: Sequence[str], environment: Mapping[str, str]) -> int:
        assert environment["PULUMI_HOME"] == str(HERE.pulumi_home)
        done.append(" ".join(command))
        return 0

    monkeypatch.setattr(Task, "load", load)
    monkeypatch.setattr(entry, "become", become)
    monkeypatch.setattr(entry, "environment_here", lambda: {"PULUMI_HOME": str(HERE.pulumi_home)})
    return done


def test_a_task_goes_on_in_the_virtual_environment(done: list[str]) -> None:
    assert entry.main(["bench", "--runs", "2"]) == 0
    assert done == ["tools", f"{HERE.python} -m tasks --in-tools bench --runs 2"]
    done.clear()
    assert entry.main(["--in-tools", "bench", "--runs", "2"]) == 0
    assert done == ["engine", "images", "bench"]


def test_what_needs_no_virtual_environment_enters_none(done: list[str]) -> None:
    assert entry.main(["clean"]) == 0
    assert done == ["clean"]


@pytest.mark.parametrize("failing", [3, StackError("no")])
def test_a_failure_ends_all(
    failing: int | Exception, done: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(task: Task) -> object:
        def work(_: Namespace) -> int:
            done.append(task.name)
            if task.name == "engine" and isinstance(failing, Exception):
                raise failing
            return 3 if task.name == "engine" else 0

        return work

    monkeypatch.setattr(Task, "load", load)
    monkeypatch.setenv("MAKELEVEL", "1")
    assert entry.main(["--in-tools", "demo"]) == (failing if isinstance(failing, int) else 1)
    assert done == ["engine"]
    assert capsys.readouterr().err == ("" if isinstance(failing, int) else "make demo: no\n")


@pytest.mark.parametrize(
    "arguments",
    ["nothing", "demo up", "bench --runs 0", "bench --runs -1", "env --shell cmd", "run"],
)
def test_wrong_arguments_are_refused_before_anything_is_made(arguments: str, done: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        entry.main(arguments.split())
    assert done == []


def test_a_commands_own_options_are_left_to_it() -> None:
    assert entry.parse(["run", "pytest", "-q", "--", "-x"]).command == ["pytest", "-q", "--", "-x"]


def test_without_a_task_all_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAKELEVEL", raising=False)
    assert entry.main([]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^  python3? -m tasks demo +stand up a registry", said, re.MULTILINE)
    assert " run " in said
    assert "reachable" not in said
    monkeypatch.setenv("MAKELEVEL", "1")
    entry.main([])
    said = capsys.readouterr().out
    assert re.search(r"^  make demo +stand up a registry", said, re.MULTILINE)
    assert "make run" not in said


def test_help_shows_no_task_that_is_for_others_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        entry.main(["--help"])
    said = capsys.readouterr().out
    assert "demo-down" in said
    assert not re.search("SUPPRESS|reachable|in-tools", said)


@pytest.mark.parametrize("arguments", [["env"], ["run", "true"]])
def test_before_the_tools_are_there_it_says_how_to_get_them(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "HERE", Layout(tmp_path))
    monkeypatch.setenv("MAKELEVEL", "1")
    assert entry.main(arguments) == 1
    assert capsys.readouterr().err.endswith("run `make tools` first\n")
    assert list(tmp_path.iterdir()) == []


def test_the_environment_is_printed_in_the_shell_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    layout = Layout(tmp_path / "J\u00f6rg's")
    layout.python.parent.mkdir(parents=True)
    layout.python.touch()
    monkeypatch.setattr(environment, "HERE", layout)
    monkeypatch.setattr(environment, "environment_here", lambda: {**os.environ, "PULUMI_HOME": str(layout.pulumi_home)})
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    assert entry.main(["env", "--shell", "powershell"]) == 0
    said = capfdbinary.readouterr().out
    assert said == f"$env:PULUMI_HOME = '{tmp_path}/J' + [char]246 + 'rg''s/.tools/pulumi-home'\n".encode()
    assert entry.main(["env", "--shell", "fish"]) == 0
    assert capfdbinary.readouterr().out.decode().startswith("set -gx PULUMI_HOME '")


def test_the_entry_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "tasks"], cwd=HERE.checkout, capture_output=True, text=True, check=True
    )
    assert "demo" in done.stdout


def test_on_windows_the_next_process_is_the_virtual_environments_own() -> None:
    layout = Layout(Path("/checkout"), windows=True)
    command = entry.command_inside(layout, ["lint"])
    assert command == ["/checkout/.tools/venv/Scripts/python.exe", "-m", "tasks", "--in-tools", "lint"]


def test_what_needs_no_tools_imports_nothing_that_windows_lacks() -> None:
    """As far as that can be told here: its modules are loaded as on Windows, after those of Python itself."""
    modules = sorted({task.work.partition(":")[0] for task in TASKS.values() if not task.in_tools})
    code = f"""
    import argparse, asyncio, hashlib, importlib, json, os, pathlib, platform, re, secrets, shlex, shutil, signal
    import subprocess, sys, tempfile, types, urllib.parse

    for lacking in ("fcntl", "grp", "pwd", "resource", "termios", "pty", "tty", "syslog"):
        sys.modules[lacking] = None
    sys.modules["msvcrt"] = types.ModuleType("msvcrt")
    sys.platform = "win32"
    for name in ("geteuid", "getuid", "killpg", "setsid", "fork", "WNOHANG"):
        delattr(os, name)
    for name in ("SIGKILL", "SIGHUP", "SIGCHLD"):
        delattr(signal, name)
    for module in ("tasks.__main__", *{modules!r}):
        importlib.import_module(module)
    """
    command = [sys.executable, "-S", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=HERE.checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
