"""Tar archives, as engines take them. The same input makes the same bytes: some are inputs of resources."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def pack_files(files: Mapping[str, bytes], *, mode: int = 0o644, folders: Mapping[str, int] | None = None) -> bytes:
    """An archive of files by their paths in it, each with `mode`; `folders` (path -> mode) come before them.

    Everything belongs to root and has no date.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, rights in (folders or {}).items():
            folder = tarfile.TarInfo(path)
            folder.type, folder.mode = tarfile.DIRTYPE, rights
            archive.addfile(folder)
        for path, content in files.items():
            file = tarfile.TarInfo(path)
            file.size, file.mode = len(content), mode
            archive.addfile(file, io.BytesIO(content))
    return buffer.getvalue()


def pack_folder(folder: Path) -> bytes:
    """An archive of a folder of this machine, under its own name, with all that is in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, arcname=folder.name)
    return buffer.getvalue()
