"""Another content for a file of the system's: whole or not at all, and with the rights that it had."""

import errno
import os
import stat
from pathlib import Path

import pytest

from registry_stack.workstation.replace_file import replace_content, write_in_place
from tests.fakes.full_disk import files_of_at_most

OLD, NEW = b"127.0.0.1 localhost\r\n\xff", b"new\n" * 3000


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "hosts"
    path.parent.mkdir()
    path.write_bytes(OLD)
    path.chmod(0o640)
    return path


def test_the_file_is_replaced_as_a_whole_and_keeps_mode_and_owner(hosts: Path) -> None:
    if os.geteuid() == 0:
        os.chown(hosts, 1234, 4321)
    before = hosts.stat()
    with hosts.open("rb") as reader:
        replace_content(hosts, NEW)
        assert reader.read() == OLD, "somebody in the middle of reading sees one content, not two"
    after = hosts.stat()
    assert hosts.read_bytes() == NEW
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_mtime_ns >= before.st_mtime_ns
    assert [path.name for path in hosts.parent.iterdir()] == ["hosts"]


def test_what_a_killed_run_left_does_no_harm(hosts: Path) -> None:
    left = hosts.with_name("hosts.registry-stack")
    left.write_bytes(NEW * 2)
    left.chmod(0o666)
    replace_content(hosts, NEW)
    assert hosts.read_bytes() == NEW
    assert not left.exists()


def test_a_link_stays_a_link(hosts: Path, tmp_path: Path) -> None:
    link = tmp_path / "hosts"
    link.symlink_to(hosts)
    replace_content(link, NEW)
    assert link.is_symlink()
    assert hosts.read_bytes() == NEW


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS])
@pytest.mark.parametrize("new", [NEW, b"short"])
def test_where_renaming_is_impossible_the_file_is_written_in_place(hosts: Path, code: int, new: bytes) -> None:
    before = hosts.stat()

    def rename(source: Path, target: Path) -> None:
        assert source.read_bytes() == new
        assert source.parent == target.parent
        raise OSError(code, os.strerror(code))

    replace_content(hosts, new, rename)
    after = hosts.stat()
    assert hosts.read_bytes() == new
    assert (after.st_ino, stat.S_IMODE(after.st_mode)) == (before.st_ino, 0o640)
    assert [path.name for path in hosts.parent.iterdir()] == ["hosts"]


def test_a_fresh_file_that_cannot_be_made_leaves_the_old_one(hosts: Path) -> None:
    hosts.with_name("hosts.registry-stack").mkdir()
    with pytest.raises(OSError, match=r"hosts\.registry-stack"):
        replace_content(hosts, NEW)
    assert hosts.read_bytes() == OLD


def test_a_full_disk_leaves_the_old_content(hosts: Path) -> None:
    with files_of_at_most(1000), pytest.raises(OSError, match="File too large"):
        replace_content(hosts, NEW)
    assert hosts.read_bytes() == OLD
    assert [path.name for path in hosts.parent.iterdir()] == ["hosts"]


def test_a_disk_that_becomes_full_in_place_leaves_the_old_content(hosts: Path) -> None:
    with files_of_at_most(1000), pytest.raises(OSError, match="File too large"):
        write_in_place(hosts, NEW)
    assert hosts.read_bytes() == OLD


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_content(tmp_path / "etc" / "hosts", NEW)
    assert not (tmp_path / "etc").exists()
