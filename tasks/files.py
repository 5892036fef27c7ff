"""Files and folders that are there whole or not at all, whenever this is killed."""

import os
import shutil
from pathlib import Path


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Writes a file under a temporary name beside `path`, then renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def remove_folder(folder: Path) -> None:
    """Removes a folder; none there is fine."""
    if folder.exists():
        shutil.rmtree(folder)


def replace_folder(new: Path, old: Path) -> None:
    """Puts the folder `new` in the place of `old`, which may be there or not."""
    remove_folder(old)
    new.replace(old)
