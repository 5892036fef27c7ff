"""Running external commands: what comes back, and what a failure says."""

import os
import sys
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError, StackError
from registry_stack.common.runner import run

PYTHON = [sys.executable, "-IS", "-c"]


def python(code: str, deadline: float = 20, keep_open: tuple[int, ...] = (), **environment: str) -> str:
    return run([*PYTHON, code], environment=environment, deadline=deadline, keep_open=keep_open)


def test_returns_standard_output_alone() -> None:
    assert python("import sys; print('out'); print('err', file=sys.stderr)") == "out\n"


def test_environment_is_added_to_this_processes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN", "kept")
    assert python("import os; print(os.environ['OWN'], os.environ['GIVEN'])", GIVEN="added") == "kept added\n"


def test_what_the_user_types_is_not_for_the_command() -> None:
    own, (reading, writing) = os.dup(0), os.pipe()
    os.write(writing, b"typed")
    os.dup2(reading, 0)
    try:
        for each in (reading, writing):
            os.close(each)
        assert python("import sys; print(repr(sys.stdin.read()))") == "''\n"
    finally:
        os.dup2(own, 0)
        os.close(own)


def test_arguments_reach_the_command_as_they_are() -> None:
    odd = "a b;$(id) 'x' \"y\" *"
    assert run([*PYTHON, "import sys; print(sys.argv[1])", odd], environment={}, deadline=20) == f"{odd}\n"


def test_a_failure_shows_command_exit_code_and_last_lines() -> None:
    code = "import sys; print('\\n'.join(map(str, range(20)))); sys.exit('no space left')"
    with pytest.raises(CommandError) as raised:
        run([*PYTHON, code], environment={"TOKEN": "s3cret"}, deadline=20)
    first, *lines = str(raised.value).splitlines()
    assert first == f"{' '.join(PYTHON)} {code} exited with 1:".replace("\\n", "\\n")
    assert lines == [f"    {line}" for line in (13, 14, 15, 16, 17, 18, 19, "no space left")]
    assert raised.value.code == 1
    assert "s3cret" not in str(raised.value)


def test_a_failure_without_output_ends_in_the_exit_code() -> None:
    with pytest.raises(CommandError) as raised:
        python("raise SystemExit(7)")
    assert str(raised.value).endswith("exited with 7")


def test_output_that_is_no_text_is_shown_as_far_as_it_is() -> None:
    with pytest.raises(CommandError, match="before\ufffdafter"):
        python("import sys; sys.stdout.buffer.write(b'before\\xffafter'); sys.exit(1)")


def test_a_command_that_does_not_end_is_stopped() -> None:
    reading, writing = os.pipe()
    with pytest.raises(CommandError) as raised:
        run(["/bin/sh", "-c", "echo so far; exec sleep 60"], environment={}, deadline=0.5, keep_open=(writing,))
    os.close(writing)
    assert os.read(reading, 1) == b"", "whoever has the other end open has ended"
    os.close(reading)
    assert str(raised.value).endswith("timed out and was stopped:\n    so far")
    assert raised.value.code is None


def test_a_missing_command_is_said_plainly() -> None:
    with pytest.raises(StackError) as raised:
        run(["no-such-machine", "ls"], environment={}, deadline=5)
    assert str(raised.value) == "no-such-machine was not found: install it, or add its folder to PATH"


def test_files_stay_open_in_the_command_if_asked_for(tmp_path: Path) -> None:
    with (tmp_path / "kept").open("w") as kept, (tmp_path / "closed").open("w") as closed:
        code = f"import os; os.write({kept.fileno()}, b'seen'); os.fstat({closed.fileno()})"
        with pytest.raises(CommandError, match="Bad file descriptor"):
            python(code, keep_open=(kept.fileno(),))
    assert (tmp_path / "kept").read_text() == "seen"
