"""Notes of what earlier runs made, and from what, so that a later run only makes what has changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from registry_stack.common.files import write_file


def fingerprint(*inputs: str) -> str:
    """A short text that changes when any of `inputs` changes."""
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:32]


class Records:
    """A small file for each step. It is written last, so a step that was interrupted has none and is done again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def choice(self, step: str, inputs: str) -> str | None:
        """The choice of `step`; None if it was made for other `inputs`, or if the files it depends on have changed."""
        record = self._read(step)
        if record.get("inputs") != inputs:
            return None
        files: Mapping[str, object] = record["files"]
        unchanged = all(_stamp(Path(path)) == stamp for path, stamp in files.items())
        return str(record["choice"]) if unchanged else None

    def write(self, step: str, inputs: str, choice: str, files: Iterable[Path]) -> None:
        """Notes that `step` was done for `inputs`; its result depends on `files`."""
        record = {"inputs": inputs, "choice": choice, "files": {str(path): _stamp(path) for path in files}}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_file(self.folder / f"{step}.json", f"{json.dumps(record, indent=2)}\n".encode())

    def forget(self, step: str) -> None:
        """Makes `step` be done again."""
        (self.folder / f"{step}.json").unlink(missing_ok=True)

    def _read(self, step: str) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads((self.folder / f"{step}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return record


def _stamp(path: Path) -> list[int] | None:
    """Changes when a file is written, and needs no reading of it: size and time. None if there is no such file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return [status.st_size, status.st_mtime_ns]
