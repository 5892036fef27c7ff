"""What is in an archive, and with which rights."""

import io
import tarfile
from pathlib import Path

from registry_stack.common.archives import pack_files, pack_folder


def members(archive: bytes) -> dict[str, tuple[int, bytes | None]]:
    """Path -> mode and content, None of a folder; all of it root's and without a date."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        found = {}
        for member in opened.getmembers():
            assert (member.uid, member.gid, member.mtime) == (0, 0, 0)
            file = opened.extractfile(member)
            found[member.name] = (member.mode, file.read() if file else None)
        return found


def test_files_have_the_mode_that_is_asked_for() -> None:
    assert members(pack_files({"a": b"1", "folder/b": b""})) == {"a": (0o644, b"1"), "folder/b": (0o644, b"")}
    assert members(pack_files({"key": b"x"}, mode=0o600)) == {"key": (0o600, b"x")}


def test_folders_come_first() -> None:
    packed = members(pack_files({".ssh/key": b"x"}, mode=0o600, folders={".ssh": 0o700}))
    assert list(packed.items()) == [(".ssh", (0o700, None)), (".ssh/key", (0o600, b"x"))]


def test_a_packed_folder_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "assemble.sh").write_text("exit 0")
    with tarfile.open(fileobj=io.BytesIO(pack_folder(tmp_path / "images"))) as archive:
        assert archive.getnames() == ["images", "images/assemble.sh"]
