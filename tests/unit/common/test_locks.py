"""Locks between processes: one holder at a time, even where a holder takes the lock's file away."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from registry_stack.common import locks
from registry_stack.common.errors import DeadlineError, StackError
from registry_stack.common.locks import locked
from registry_stack.common.waiting import wait_for
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.lifecycle import remove_machine
from tests.fakes.machine_tool import MachineTool
from tests.unit.components.program_mocks import ROOT


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    with (
        locked(path, "the machine", 0),
        pytest.raises(DeadlineError, match="the lock on the machine"),
        locked(path, "the machine", 0),
    ):
        pass
    with locked(path, "the machine", 0):
        assert path.stat().st_mode & 0o777 == 0o600


def test_one_holder_at_a_time_although_the_file_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held, done = threading.Event(), threading.Event()

    def wait_and_hold() -> None:
        with locked(path, "the machine", 30):
            held.set()
            done.wait(30)

    waiting = threading.Thread(target=wait_and_hold)
    with locked(path, "the machine", 0):
        waiting.start()
        # the second looks for the lock every 0.01 s: it has by then, and has the file open that is to go
        assert not held.wait(0.2)
        path.unlink()
    assert held.wait(30)
    with pytest.raises(DeadlineError), locked(path, "the machine", 0):
        pass
    done.set()
    waiting.join()


def test_of_a_removed_machine_no_lock_is_left(tmp_path: Path) -> None:
    remove_machine(DockerMachine("no-such-command", tmp_path, 5), "registry0")
    assert list((tmp_path / "registry-stack").iterdir()) == []


def test_a_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="work"), locked(tmp_path / "m.lock", "m", 0):
        raise ValueError("work")
    with locked(tmp_path / "m.lock", "m", 0):
        pass


CREATE = """
import sys
from pathlib import Path
from registry_stack.common import locks
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.lifecycle import MachineSpec, create_machine
spec = MachineSpec("m", "me", "hyperv", {}, None, "ssh-ed25519 A")
create_machine(DockerMachine(sys.argv[1], Path(sys.argv[2]), 30), spec)
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


def test_a_file_that_is_taken_away_at_the_last_moment_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, really = tmp_path / "lock", locks._try_lock

    def lock_and_lose(file: int) -> None:
        really(file)
        monkeypatch.setattr(locks, "_try_lock", really)
        path.unlink()
        path.touch()

    monkeypatch.setattr(locks, "_try_lock", lock_and_lose)
    with locked(path, "the machine", 10) as file:
        assert os.path.samestat(os.fstat(file), path.stat())


def test_a_full_disk_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", full)
    refused = pytest.raises(StackError, match=r"lock can.t be created: No space left on device")
    with refused, locked(tmp_path / "lock", "it", 60):
        pass
