"""Locks between processes: one holder at a time, even where a holder takes the lock's file away."""

import threading
from pathlib import Path

import pytest

from providers.docker_machine import DockerMachine
from providers.errors import DeadlineError
from providers.lifecycle import remove_machine
from providers.locks import locked


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
        # the second looks for the lock every 0.2 s: it has by then, and has the file open that is to go
        assert not held.wait(0.5)
        path.unlink()
    assert held.wait(30)
    with pytest.raises(DeadlineError), locked(path, "the machine", 0):
        pass
    done.set()
    waiting.join()


def test_of_a_removed_machine_no_lock_is_left(tmp_path: Path) -> None:
    remove_machine(DockerMachine("no-such-command", tmp_path, 5), "registry0")
    assert list((tmp_path / "registry-stack").iterdir()) == []
