"""Files put onto a machine by a real shell: never readable too early, never in part."""

import os
import subprocess
from pathlib import PurePosixPath

import pytest

from guest.files import as_root, remove_file, write_file
from providers.waiting import wait_for
from tests.unit.guest_shell import Guest

FOLDER = "/var/lib/boot2docker/registry-certs"
KEY = PurePosixPath(f"{FOLDER}/registry-key.pem")


def mode(guest: Guest, path: str) -> int:
    return guest.path(path).stat().st_mode & 0o777


@pytest.mark.parametrize("wanted", ["600", "644"])
def test_content_and_mode(wanted: str, guest: Guest) -> None:
    guest.run(as_root(write_file(KEY, mode=wanted)), "ä key\nof two lines")
    assert guest.path(str(KEY)).read_text("utf-8") == "ä key\nof two lines"
    assert mode(guest, str(KEY)) == int(wanted, 8)
    assert mode(guest, FOLDER) == 0o755
    assert os.listdir(guest.path(FOLDER)) == ["registry-key.pem"]  # noqa: PTH208  # the names alone


def test_while_it_is_written_nobody_else_reads_it_and_the_old_one_stays(guest: Guest) -> None:
    path, fresh = guest.path(str(KEY)), guest.path(f"{KEY}.new")
    guest.run(as_root(write_file(KEY, mode="644")), "old")
    with guest.start(as_root(write_file(KEY, mode="644")), umask=0) as writing:
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


def test_what_an_interrupted_write_left_is_no_hindrance(guest: Guest) -> None:
    fresh = guest.path(f"{KEY}.new")
    fresh.parent.mkdir()
    fresh.write_text("left over, and longer than what comes now")
    fresh.chmod(0o600)
    guest.run(as_root(write_file(KEY, mode="600")), "new")
    assert guest.path(str(KEY)).read_text() == "new"


def test_a_step_that_fails_ends_it_and_keeps_the_old_file(guest: Guest) -> None:
    guest.run(as_root(write_file(KEY, mode="600")), "old")
    guest.path(f"{KEY}.new").mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        guest.run(as_root(write_file(KEY, mode="600")), "new")
    assert guest.path(str(KEY)).read_text() == "old"


def test_odd_names_are_names(guest: Guest) -> None:
    odd = PurePosixPath("/var/lib/boot2docker/certs.d/registry0:5000 $(touch x)/it's.crt")
    guest.run(as_root(write_file(odd, mode="644")), "CA")
    assert guest.path(str(odd)).read_text() == "CA"
    guest.run(as_root(remove_file(odd)))
    assert not guest.path(str(odd.parent)).exists()


def test_removal_keeps_what_else_is_in_the_folder(guest: Guest) -> None:
    other = PurePosixPath(f"{FOLDER}/other.pem")
    for path in (KEY, other):
        guest.run(as_root(write_file(path, mode="600")), "x")
    guest.run(as_root(remove_file(KEY)))
    assert [each.name for each in guest.path(FOLDER).iterdir()] == ["other.pem"]
    guest.run(as_root(remove_file(other)))
    assert not guest.path(FOLDER).exists()


def test_removal_of_what_is_gone_is_no_error(guest: Guest) -> None:
    assert guest.run(as_root(remove_file(KEY))) == ""


def test_as_root_stops_at_the_first_failure(guest: Guest) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        guest.run(as_root('echo "it\'s"; false; echo not reached'))
    assert raised.value.stdout == b"it's\n"
