"""What has to be known about a container engine to make it trust a registry, and to check that it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Engine:
    """Facts about an engine, and shell commands for it.

    `folder`: the engine trusts the authorities in `folder`/<registry>/*.crt for that registry, without a restart.
    `request`: asks a registry for the image in the place of `{}`.
    `answers`: succeeds once the engine answers.
    `service`: its daemon, which reads the system's trust store when it starts; empty if it has none.
    `running`: lists the containers that stop with the daemon; `resume` starts "$each" of them that still exists.
    `document`: from a registry and the names of its authorities' files, the content of the file `named` beside them.
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
