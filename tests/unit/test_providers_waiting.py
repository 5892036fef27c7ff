"""Waiting for conditions, and for locks between processes."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from providers.errors import DeadlineError
from providers.locks import locked
from providers.waiting import wait_for
from tests.unit.machine_tool import MachineTool
from tests.unit.program_mocks import ROOT


def test_returns_what_the_probe_found_at_last() -> None:
    answers = iter([None, ConnectionRefusedError("no"), None, 0])

    def probe() -> int | None:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert wait_for("anything", probe, 10, pause=0) == 0
    assert list(answers) == []


def test_looks_at_least_once() -> None:
    assert wait_for("anything", lambda: "there", 0) == "there"


def test_says_what_was_seen_last() -> None:
    def probe() -> None:
        raise OSError("refused")

    with pytest.raises(DeadlineError, match=r"^waited 0 s for the engine, in vain; last seen: refused$"):
        wait_for("the engine", probe, 0)
    with pytest.raises(DeadlineError, match="last seen: None"):
        wait_for("the engine", lambda: None, 0)


def test_other_failures_end_the_wait_at_once() -> None:
    def probe() -> None:
        raise KeyError("unexpected")

    with pytest.raises(KeyError):
        wait_for("the engine", probe, 60)
    with pytest.raises(DeadlineError):
        wait_for("the engine", probe, 0, failures=(KeyError,))


def test_a_lock_is_held_by_one_alone(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "folder" / "m.lock"
    with locked(lock, "the machine m", 0):
        with (
            pytest.raises(DeadlineError, match=r"the lock on the machine m \(.*m\.lock\)"),
            locked(lock, "the machine m", 0),
        ):
            pass
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
        assert stat.S_IMODE(lock.parent.stat().st_mode) == 0o700
    with locked(lock, "the machine m", 0):
        pass


def test_a_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="work"), locked(tmp_path / "m.lock", "m", 0):
        raise ValueError("work")
    with locked(tmp_path / "m.lock", "m", 0):
        pass


CREATE = """
import sys
from pathlib import Path
from providers.docker_machine import DockerMachine
from providers.lifecycle import Wanted, create_machine
wanted = Wanted("m", "me", "hyperv", {}, None, "ssh-ed25519 A")
create_machine(DockerMachine(sys.argv[1], Path(sys.argv[2]), 30), wanted)
"""


def test_docker_machine_keeps_the_lock_of_a_killed_parent(machine_tool: MachineTool) -> None:
    machine_tool.plan(create={"wait": True})
    command = [sys.executable, "-c", CREATE, str(machine_tool.command), str(machine_tool.storage)]
    lock = machine_tool.storage / "registry-stack" / "m.lock"
    try:
        with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as parent:
            wait_for("docker-machine", lambda: machine_tool.commands or None, 20, pause=0.02)
            parent.send_signal(signal.SIGKILL)
        with pytest.raises(DeadlineError), locked(lock, "the machine m", 0):
            pass
    finally:
        (machine_tool.storage / "go").touch()
    with locked(lock, "the machine m", 20):
        assert (machine_tool.storage / "machines" / "m" / "config.json").exists(), "docker-machine had ended its work"
