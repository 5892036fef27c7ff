"""How a task ends."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest
from docker.errors import DockerException
from requests.exceptions import ConnectionError as RefusedError

from registry_stack.common.errors import StackError
from tasks.command import run_command, spelled
from tasks.layout import HERE


@pytest.fixture(autouse=True)
def _keep_sigterm() -> object:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def failing(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(("code", "expected"), [(None, 0), (0, 0), (5, 5)])
def test_the_exit_code_is_the_works_own(code: int | None, expected: int) -> None:
    assert run_command("make demo", lambda: code) == expected


@pytest.mark.parametrize("error", [StackError("no"), OSError("no"), DockerException("no"), RefusedError("no")])
def test_an_error_is_a_line_on_standard_error(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("make demo", failing(error)) == 1
    assert capsys.readouterr() == ("", "make demo: no\n")


def test_an_interruption_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("make demo", failing(KeyboardInterrupt())) == 130
    assert capsys.readouterr() == ("", "make demo: interrupted\n")


def test_what_nobody_expected_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command("make demo", lambda: 1 // 0)


def test_a_sigterm_is_an_interruption() -> None:
    code = """
    import signal, sys
    from tasks.command import run_command
    try:
        sys.exit(run_command("make demo", lambda: signal.raise_signal(signal.SIGTERM)))
    finally:
        print("cleaned up")
    """
    command = [sys.executable, "-S", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=HERE.checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "cleaned up\n", "make demo: interrupted\n")


def test_a_task_is_named_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKELEVEL", "1")
    assert spelled("demo") == "make demo"
    monkeypatch.delenv("MAKELEVEL")
    assert spelled("demo") == f"{'python' if os.name == 'nt' else 'python3'} -m tasks demo"
