"""What an image is made of, and the hash that tells whether it has to be made again."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from images import names

FOLDER: Final = Path(__file__).parent
ASSEMBLE: Final = FOLDER / "assemble.sh"
LABEL: Final = "registry-stack.inputs"


@dataclass(frozen=True)
class Image:
    """An image: its tag, its folder below `images/`, and the official image that it stands in for, if any."""

    tag: str
    name: str
    official: str | None = None


IMAGES: Final = (
    Image(names.MACHINE, "machine"),
    Image(names.REGISTRY, "registry", official="registry:2"),
    Image(names.SITE, "site", official="nginx:mainline-alpine"),
)


def input_files(image: Image, folder: Path = FOLDER) -> list[Path]:
    """The files below `folder` that decide what is in `image`, sorted."""
    return [folder / ASSEMBLE.name, *sorted(path for path in (folder / image.name).rglob("*") if path.is_file())]


def digest(files: Iterable[Path], folder: Path = FOLDER) -> str:
    """SHA-256, as hex digits, over the files' contents and their names relative to `folder`."""
    total = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()
