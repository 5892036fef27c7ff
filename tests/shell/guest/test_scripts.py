"""Files put onto a machine by a real shell: never readable too early, never in part."""

import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from registry_stack.common.waiting import wait_for
from registry_stack.guest.scripts import write_file
from tests.shell.guest_shell import Guest

FOLDER = "/var/lib/boot2docker/registry-certs"
KEY = PurePosixPath(f"{FOLDER}/registry-key.pem")


def mode(guest: Guest, path: str) -> int:
    return guest.path(path).stat().st_mode & 0o777


@pytest.mark.parametrize("wanted", ["600", "644"])
def test_content_and_mode(wanted: str, guest: Guest) -> None:
    guest.run_as_root(write_file(KEY, mode=wanted), "ä key\nof two lines")
    assert guest.path(str(KEY)).read_text("utf-8") == "ä key\nof two lines"
    assert mode(guest, str(KEY)) == int(wanted, 8)
    assert mode(guest, FOLDER) == 0o755
    assert os.listdir(guest.path(FOLDER)) == ["registry-key.pem"]  # noqa: PTH208  # the names alone


def test_while_it_is_written_nobody_else_reads_it_and_the_old_one_stays(guest: Guest) -> None:
    path, fresh = guest.path(str(KEY)), guest.path(f"{KEY}.new")
    guest.run_as_root(write_file(KEY, mode="644"), "old")
    with guest.start_as_root(write_file(KEY, mode="644"), umask=0) as writing:
        assert writing.stdin is not None
        writing.stdin.write(b"half of ")
        writing.stdin.flush()
        wait_for("the first half", lambda: fresh.read_bytes() or None, 10, pause=0.01)
        assert fresh.stat().st_mode & 0o777 == 0o600
        assert path.read_text() == "old"
        writing.communicate(b"the new")
    assert path.read_text() == "half of the new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert not fresh.exists()


def test_a_connection_that_is_lost_before_the_content_came_keeps_the_old_file(guest: Guest) -> None:
    guest.run_as_root(write_file(KEY, mode="600"), "old")
    with pytest.raises(subprocess.CalledProcessError):
        guest.run_as_root(write_file(KEY, mode="600"), "")
    assert guest.path(str(KEY)).read_text() == "old"


def watched(guest: Guest) -> Path:
    """Makes every step of a script on the guest write down what is in the key's folder, before and after it."""
    log = guest.root / "modes"
    for step in ("mkdir", "rm", "cat", "chmod", "mv"):
        real = shutil.which(step)
        look = f"ls -ln {guest.path(FOLDER)} >>{log} 2>/dev/null"
        (guest.root / "bin" / step).write_text(f'#!/bin/sh\n{look}\n{real} "$@"; code=$?\n{look}\nexit $code\n')
        (guest.root / "bin" / step).chmod(0o755)
    return log


@pytest.mark.parametrize("left_over", [None, 0o600, 0o644, 0o666])
def test_a_key_is_at_no_step_readable_by_others(left_over: int | None, guest: Guest) -> None:
    log, fresh = watched(guest), guest.path(f"{KEY}.new")
    if left_over is not None:
        fresh.parent.mkdir()
        fresh.write_text("x" * 5000)
        fresh.chmod(left_over)
    for content in ("one", "another"):
        with guest.start_as_root(write_file(KEY, mode="600"), umask=0) as writing:
            writing.communicate(content.encode())
        assert guest.path(str(KEY)).read_text() == content
    found = [line.split() for line in log.read_text().splitlines() if "registry-key.pem" in line]
    # what is left over from another time is gone before the key is written
    modes = {mode for mode, _links, _user, _group, size, *_ in found if size != "5000"}
    assert len(found) > 10
    assert modes == {"-rw-------"}


def test_a_step_that_fails_ends_it_and_keeps_the_old_file(guest: Guest) -> None:
    guest.run_as_root(write_file(KEY, mode="600"), "old")
    guest.path(f"{KEY}.new").mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        guest.run_as_root(write_file(KEY, mode="600"), "new")
    assert guest.path(str(KEY)).read_text() == "old"


def test_odd_names_are_names(guest: Guest) -> None:
    odd = PurePosixPath("/var/lib/boot2docker/certs.d/registry0:5000 $(touch x)/it's.crt")
    guest.run_as_root(write_file(odd, mode="644"), "CA")
    assert guest.path(str(odd)).read_text() == "CA"
