"""A file is replaced as a whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry_stack.common.files import create_file, unfinished, write_file
from tests.fakes.full_disk import files_of_at_most

OLD, NEW = b"old\r\n\xff", b"new\n" * 3000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    return path


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whoever_reads_sees_one_content(path: Path) -> None:
    with path.open("rb") as reader:
        write_file(path, NEW)
        assert reader.read() == OLD
    assert path.read_bytes() == NEW
    assert names(path.parent) == ["file"]


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
@pytest.mark.parametrize("wanted", [0o600, 0o644])
def test_the_mode_is_the_given_one_whatever_the_umask(tmp_path: Path, mask: int, wanted: int) -> None:
    with umask(mask):
        write_file(tmp_path / "file", NEW, wanted)
    assert mode(tmp_path / "file") == wanted


def test_until_it_is_whole_only_its_owner_can_read_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, bytes]] = []
    real = os.fsync

    def fsync(file: int) -> None:
        seen.append((stat.S_IMODE(os.fstat(file).st_mode), path.read_bytes()))
        real(file)

    monkeypatch.setattr("registry_stack.common.files.os.fsync", fsync)
    with umask(0):
        write_file(path, NEW)
    assert seen == [(0o600, OLD)], "synced once, before it took its place"


def test_what_a_killed_run_left_does_no_harm(path: Path) -> None:
    left = unfinished(path)
    left.write_bytes(NEW * 2)
    left.chmod(0o666)
    write_file(path, NEW, 0o600)
    assert (path.read_bytes(), mode(path)) == (NEW, 0o600)
    assert not left.exists()


def test_a_link_that_somebody_left_is_not_written_through(path: Path) -> None:
    unfinished(path).symlink_to(path)
    create_file(unfinished(path), NEW)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("write", [write_file, create_file])
def test_a_full_disk_leaves_no_part_behind(tmp_path: Path, write: object) -> None:
    assert callable(write)
    with files_of_at_most(1000), pytest.raises(OSError, match=r"File too large.*file"):
        write(tmp_path / "file", NEW)
    assert names(tmp_path) == []


def test_a_full_disk_leaves_the_old_content(path: Path) -> None:
    with files_of_at_most(1000), pytest.raises(OSError, match="File too large"):
        write_file(path, NEW)
    assert path.read_bytes() == OLD
    assert names(path.parent) == ["file"]


def test_a_path_that_cannot_be_replaced_leaves_no_part_behind(tmp_path: Path) -> None:
    (tmp_path / "file" / "within").mkdir(parents=True)
    with pytest.raises(OSError, match="file"):
        write_file(tmp_path / "file", NEW)
    assert names(tmp_path) == ["file"]


def test_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "folder" / "file", NEW)
    assert names(tmp_path) == []
