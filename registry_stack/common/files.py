"""Writing a file so that, whenever this process or the machine stops, its path holds the old content or the new one."""

import os
from contextlib import suppress
from pathlib import Path


def write_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replaces the file at `path`, or creates it, in a folder that exists. The file gets exactly `mode`, whatever the
    umask. Raises OSError; the old file is still there then."""
    fresh = unfinished(path)
    create_file(fresh, content)
    try:
        fresh.chmod(mode)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def create_file(path: Path, content: bytes) -> None:
    """Creates a file that only its owner can read, and waits until the disk has its content. A file of that name, which
    a killed process may have left, is removed first. Raises OSError; there is no such file then."""
    path.unlink(missing_ok=True)
    try:
        with open(path, "xb", opener=_for_owner_alone) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        if error.filename is None:  # as if the disk is full
            error.filename = str(path)
        raise


def unfinished(path: Path) -> Path:
    """Where `write_file` writes what it then moves to `path`. A process that is killed may leave that file behind."""
    return path.with_name(f"{path.name}.new")


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
