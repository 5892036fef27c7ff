import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError, DeadlineError, StackError
from registry_stack.common.locks import locked
from registry_stack.common.waiting import wait_for
from tasks.tools import make as tools
from tasks.tools.make import Tools, lock_out_others, make_tools
from tasks.tools.workshop import run
from tests.unit.tasks.fake_workshop import executable, make_checkout, make_workshop

CHECKOUT = Path(__file__).parents[3]
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def everything_works(command: tuple[str, ...]) -> str | None:
    """Venv, pip, Go and the stand-ins' installer, on a machine that can download nothing from Pulumi."""
    checkout = (
        Path(next((word for word in command if "checkout" in word), "/checkout").split("/checkout")[0]) / "checkout"
    )
    if "venv" in command:
        executable(checkout / ".tools" / "venv" / "bin" / "python")
    elif "-c" in command:
        return None
    elif command[1:] == ("env", "GOVERSION"):
        return "go1.26.8"
    elif command[1] == "build":
        executable(Path(command[command.index("-o") + 1]))
    elif "offline.install" in command:
        for name, version in (("tls", "5.6.2"), ("command", "1.2.1"), ("docker", "5.2.0")):
            folder = checkout / ".tools" / "pulumi-home" / "plugins" / f"resource-{name}-v{version}"
            executable(folder / f"pulumi-resource-{name}")
        for name in ("pulumi-language-python", "pulumi-resource-pulumi-python"):
            executable(checkout / ".tools" / "bin" / name)
    return ""


def test_all_is_made_and_then_nothing_is_left_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workshop, fake = make_workshop(tmp_path, everything_works, "go")
    asyncio.run(Tools(workshop).make())
    said = capsys.readouterr().out
    for start in ("Python packages: ", "pulumi v3.259.0: ", "docker-machine v0.15.0-rancher140: ", "plugins tls 5.6.2"):
        assert any(line.startswith(start) for line in said.splitlines()), said
    assert Tools(workshop).done()
    commands = len(fake.commands)
    asyncio.run(Tools(workshop).make())
    assert len(fake.commands) == commands
    assert capsys.readouterr().out == ""


def test_choosing_again_does_not_build_again(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, everything_works, "go")
    asyncio.run(Tools(workshop).make())
    fake.commands.clear()
    Tools(workshop).choose_again()
    assert not Tools(workshop).done()
    asyncio.run(Tools(workshop).make())
    assert [command for command in fake.commands if "build" in command or "venv" in command] == []
    assert any("-c" in command for command in fake.commands), "the download was not tried"


@pytest.mark.parametrize("broken", range(9))
def test_whatever_fails_another_run_goes_on(tmp_path: Path, broken: int) -> None:
    commands = iter(range(100))

    def answer(command: tuple[str, ...]) -> str | None:
        if next(commands) == broken:
            raise StackError("killed")
        return everything_works(command)

    workshop, _ = make_workshop(tmp_path, answer, "go")
    with pytest.raises((StackError, ExceptionGroup)):
        asyncio.run(Tools(workshop).make())
    asyncio.run(Tools(workshop).make())
    assert Tools(workshop).done()


@pytest.mark.parametrize(
    "changed",
    ["requirements.txt", "requirements-dev.txt", "offline/go/go.sum", "offline/go/go.mod", "offline/install.py"],
)
def test_changed_inputs_are_noticed(tmp_path: Path, changed: str) -> None:
    workshop, _ = make_workshop(tmp_path, everything_works, "go")
    asyncio.run(Tools(workshop).make())
    path = workshop.layout.checkout / changed
    path.write_text(path.read_text().replace("v3.259.0", "v3.260.0") + "\n")
    assert not Tools(workshop).done()


def test_a_failure_is_told_in_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_command: str | Path, environment: object, deadline: float, keep_open: list[int]) -> str:
        raise StackError(f"no {type(environment).__name__} for {deadline:.0f} s" if keep_open else "no lock")

    monkeypatch.setattr(tools, "run", fails)
    with pytest.raises(StackError, match="no dict for "):
        make_tools(make_checkout(tmp_path), ENVIRONMENT, again=False)


def test_another_run_waits_until_what_a_killed_one_started_has_ended(tmp_path: Path) -> None:
    lock, started, end = tmp_path / "lock", tmp_path / "started", tmp_path / "end"
    script = f"touch {started}; until [ -e {end} ]; do sleep 0.05; done"
    code = f"""
import asyncio, os
from pathlib import Path
from registry_stack.common.locks import locked
from tasks.tools.workshop import run

async def work(file):
    await run("sh", "-c", "{script}", environment=os.environ, deadline=60, keep_open=[file])

with locked(Path("{lock}"), "unit", 10) as file:
    asyncio.run(work(file))
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT) as process:
        wait_for("the command to run", lambda: started.exists() or None, 30)
        process.kill()
    with pytest.raises(DeadlineError), locked(lock, "unit", 0):
        pass
    end.touch()
    with locked(lock, "unit", 30):
        pass


def test_a_run_that_is_ended_ends_what_it_has_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60"
    code = f"""
import asyncio, os, sys
from tasks.command import run_command
from tasks.tools.workshop import run

def make():
    asyncio.run(run("sh", "-c", "{script}", environment=os.environ, deadline=60))

sys.exit(run_command("tools", make))
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT) as process:
        wait_for("the command to run", lambda: pid.exists() or None, 30)
        process.terminate()
        assert process.wait(30) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGCONT)


def test_a_run_that_waits_for_another_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workshop, _ = make_workshop(tmp_path, everything_works)
    lock = tmp_path / "lock"

    def other_run() -> bool:
        with lock_out_others(lock, workshop):
            return True

    with ThreadPoolExecutor(1) as pool:
        with lock_out_others(lock, workshop):
            other = pool.submit(other_run)
            said = wait_for("the other's line", lambda: capsys.readouterr().out or None, 30)
            assert said == "tools: waiting for another run in this checkout\n"
            assert not other.done()
        assert other.result(30)


def test_python_is_checked_before_anything_else() -> None:
    code = "import sys; sys.version_info = (3, 10, 1); sys.version = '3.10.1 (main)'; import tasks.tools.make"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"registry-stack needs Python 3.11 or newer; {sys.executable} is 3.10.1\n"


def test_tools_need_nothing_but_the_standard_library() -> None:
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, '.'); import tasks.tools.make",
    ]
    subprocess.run(command, cwd=CHECKOUT, check=True)


def test_run_returns_what_a_command_prints() -> None:
    assert asyncio.run(run("printf", "%s", "a b", environment=ENVIRONMENT, deadline=30)) == "a b"


def test_run_tells_the_command_its_exit_code_and_its_last_lines() -> None:
    with pytest.raises(CommandError, match=r"sh -c .* exited with 3:\n    out\n    bad"):
        asyncio.run(run("sh", "-c", "echo out; echo bad >&2; exit 3", environment=ENVIRONMENT, deadline=30))


def test_run_knows_a_command_that_is_not_there() -> None:
    with pytest.raises(StackError, match="no-such-program was not found"):
        asyncio.run(run("no-such-program", environment=ENVIRONMENT, deadline=30))


def test_run_ends_a_command_at_its_deadline(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}; exec sleep 60"
    start = time.monotonic()
    with pytest.raises(CommandError, match="timed out"):
        asyncio.run(run("sh", "-c", script, environment=ENVIRONMENT, deadline=0.5))
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGCONT)


def test_the_first_failure_ends_what_runs_beside_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(run("sh", "-c", f"echo $$ > {pid}; exec sleep 60", environment=ENVIRONMENT, deadline=50))
            until = f"while ! [ -s {pid} ]; do sleep 0.05; done; exit 1"
            group.create_task(run("sh", "-c", until, environment=ENVIRONMENT, deadline=50))

    with pytest.raises(ExceptionGroup):
        asyncio.run(both())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGCONT)
