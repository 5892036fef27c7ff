"""Folders that are removed or replaced."""

import shutil
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Removes a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def remove(path: Path) -> None:
    """Removes a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def replace_folder(new: Path, old: Path) -> None:
    """Moves the folder `new` to `old`, in place of what is there."""
    remove_folder(old)
    new.replace(old)
