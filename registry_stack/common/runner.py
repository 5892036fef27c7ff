"""Running an external command for what it prints; tests put another function in its place.

Commands that are not run for their output are run elsewhere, each in one place: side by side (tasks/tools/workshop.py),
with the terminal as theirs (tasks/foreground.py), with the time of every line noted (tasks/bench/measure.py), or as
processes that outlive this one (Docker's engine in tasks/engine/install.py, a removal in tasks/tools/go_builds.py).
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Protocol

from registry_stack.common.errors import CommandError, StackError


class Runner(Protocol):
    """Runs a command and returns what it printed on standard output.

    `environment` is added to this process's own. `deadline` is in seconds. Open files in `keep_open` stay open in
    the command, for locks that have to last as long as it runs. Raises CommandError if it fails or does not end in
    time, StackError if there is no such command.
    """

    def __call__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        deadline: float,
        keep_open: Sequence[int] = (),
    ) -> str: ...


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    deadline: float,
    keep_open: Sequence[int] = (),
) -> str:
    """The Runner that really runs commands."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=deadline,
            pass_fds=keep_open if os.name == "posix" else (),
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise not_found(command[0]) from None
    except subprocess.TimeoutExpired as error:
        raise CommandError(command, None, _text(error.stdout) + _text(error.stderr)) from None
    if done.returncode:
        raise CommandError(command, done.returncode, done.stdout + done.stderr)
    return done.stdout


def not_found(program: str) -> StackError:
    """The error for a program that is not there."""
    return StackError(f"{program} was not found: install it, or add its folder to PATH")


def _text(output: bytes | str | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""
