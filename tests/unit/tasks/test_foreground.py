"""Commands that have the terminal, and who answers signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry_stack.common.errors import StackError
from registry_stack.common.waiting import wait_for
from tasks.foreground import run_in_foreground
from tasks.layout import HERE
from tests.unit.tasks.fake_workshop import executable

ENVIRONMENT = {"PATH": os.environ["PATH"]}
# says that it runs, and answers SIGINT by ending with 7
SLOW = "trap 'exit 7' INT; touch $READY; while :; do sleep 0.05; done"


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 128 + 9)])
def test_the_exit_code_is_the_commands(script: str, code: int) -> None:
    assert run_in_foreground(["sh", "-c", script], ENVIRONMENT) == code


def test_the_command_is_found_on_the_path_that_it_is_given(tmp_path: Path) -> None:
    executable(tmp_path / "own", "#!/bin/sh\nexit 4\n")
    assert run_in_foreground(["own"], {"PATH": f"{tmp_path}{os.pathsep}{ENVIRONMENT['PATH']}"}) == 4
    with pytest.raises(StackError, match="own was not found"):
        run_in_foreground(["own"], ENVIRONMENT)


def test_signals_are_as_they_were_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run_in_foreground(["true"], ENVIRONMENT)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize("to_group", [True, False])
def test_the_command_answers_an_interruption(tmp_path: Path, to_group: bool) -> None:
    """^C reaches the whole group, SIGTERM this process alone."""
    ready = tmp_path / "ready"
    code = f"""
import sys
from tasks.foreground import run_in_foreground
code = run_in_foreground(["sh", "-c", {SLOW!r}], {{**{ENVIRONMENT!r}, "READY": {str(ready)!r}}})
print("waited")
sys.exit(code)
"""
    command = [sys.executable, "-S", "-c", code]
    with subprocess.Popen(command, cwd=HERE.checkout, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        wait_for("the command to run", lambda: ready.exists() or None, 30)
        if to_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        try:
            printed, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, printed) == (7, "waited\n")


def test_a_signal_while_the_command_starts_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        process = start(*arguments, **options)
        signal.raise_signal(signal.SIGTERM)
        return process

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    assert run_in_foreground(["sleep", "30"], ENVIRONMENT) == 128 + signal.SIGINT


def test_what_was_printed_before_is_not_lost_when_another_takes_the_place() -> None:
    code = "from tasks.foreground import become; print('first'); become(['echo', 'second'], {'PATH': '/usr/bin:/bin'})"
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, cwd=HERE.checkout, capture_output=True, text=True, check=True)
    assert done.stdout == "first\nsecond\n"
