"""What there is to know of a container engine to make it trust a registry, and to ask it whether it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Engine:
    """Facts about an engine, and shell commands for it.

    It trusts the authorities in `folder`/<registry>/*.crt for that registry, without a restart. `request`, with an
    image for `{}`, asks a registry for that; `answers` succeeds once the engine does. `service` is a daemon that reads
    the system's trust store once, when it starts, if there is one; `running` lists the containers that end with it,
    `resume` starts "$each" of them that is still there. `document`, of a registry and the names of its authorities'
    files, is what the engine needs beside them, as `named`.
    """

    name: str
    folder: PurePosixPath
    request: str
    answers: str
    service: str = ""
    running: str = ""
    resume: str = ""
    named: str = ""
    document: Callable[[str, Sequence[str]], str] | None = None
