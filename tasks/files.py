"""Folders that are removed or replaced."""

import shutil
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Removes a folder; none there is fine."""
    if folder.exists():
        shutil.rmtree(folder)


def replace_folder(new: Path, old: Path) -> None:
    """Puts the folder `new` in the place of `old`, which may be there or not."""
    remove_folder(old)
    new.replace(old)
