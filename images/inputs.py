"""What an image is made of, and the hash that says whether it has to be made again."""

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
    """An image: its tag, its folder below `images/`, the official image that it stands in for, and the image that it
    is built on, if any."""

    tag: str
    name: str
    official: str | None = None
    base: "Image | None" = None


IMAGES: Final = (
    Image(names.MACHINE, "machine"),
    Image(names.REGISTRY, "registry", official="registry:2"),
    Image(names.SITE, "site", official="nginx:mainline-alpine"),
)

_HOST: Final = Image(names.HOST, "systems/host", base=IMAGES[0])
_DEBIAN: Final = Image(names.SYSTEMS["debian"], "systems/debian", base=_HOST)

# Hosts of the systems that clients may have, for the tests and the bench: a base comes before what is built on it.
SYSTEMS: Final = (
    _HOST,
    _DEBIAN,
    Image(names.SYSTEMS["alpine"], "systems/alpine", base=_HOST),
    Image(names.SYSTEMS["rhel"], "systems/rhel", base=_DEBIAN),
    Image(names.SYSTEMS["suse"], "systems/suse", base=_DEBIAN),
)


def input_files(image: Image, folder: Path = FOLDER) -> list[Path]:
    """The files below `folder` that decide what is in `image`, sorted; those of its bases come first."""
    bases = input_files(image.base, folder) if image.base else [folder / ASSEMBLE.name]
    return [*bases, *sorted(path for path in (folder / image.name).rglob("*") if path.is_file())]


def digest(files: Iterable[Path], folder: Path = FOLDER) -> str:
    """SHA-256, as hex digits, over the files' contents and their names relative to `folder`."""
    total = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()
