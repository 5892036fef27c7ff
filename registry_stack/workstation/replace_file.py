"""Replacing the content of a file that belongs to the system."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path

from registry_stack.common.files import create_file

# a file can't be renamed over this one: it is a mount point (as /etc/hosts in containers), or there is a right to
# change it, but none to change its folder
_NO_RENAMING = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}


def replace_content(path: Path, content: bytes, rename: Callable[[Path, Path], object] = Path.replace) -> None:
    """Puts `content` into an existing file, which keeps its owner, its mode and, on Linux, its extended attributes.

    At any moment, even if power fails, the path holds the old or the new file. If the system does not allow that, the
    file is written in place. Raises OSError; the old content is there then.
    """
    target = path.resolve(strict=True)
    fresh = target.with_name(f"{target.name}.registry-stack")
    try:
        _write_like(target, fresh, content)
        rename(fresh, target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        if error.errno not in _NO_RENAMING:
            raise
        write_in_place(target, content)


def write_in_place(path: Path, content: bytes) -> None:
    """Writes over a file. If that fails (a full disk, say), its old content is restored."""
    with FileIO(path, "r+") as file:
        before = file.readall()
        try:
            _write(file, content)
        except OSError:
            _write(file, before)
            raise


def _write_like(model: Path, path: Path, content: bytes) -> None:
    """Makes a file with the rights of another one; until then, only its maker can read it."""
    create_file(path, content)
    if os.name == "posix":
        owner = model.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    shutil.copystat(model, path)
    os.utime(path)  # resolvers look at this time to notice a change


def _write(file: FileIO, content: bytes) -> None:
    file.seek(0)
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
    file.truncate()
    os.fsync(file.fileno())
