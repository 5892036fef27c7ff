"""Running commands that have the terminal: the user sees what they say, and types to them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from registry_stack.common.runner import not_found


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a command with that whole environment, waits for it, and returns its exit code.

    The command answers ^C: the terminal sends it to both, and this process goes on waiting. SIGTERM reaches only this
    process, so it is passed on as ^C. Raises StackError if there is no such command.
    """
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if not running:
            early.append(number)  # while the command is being started: it gets the signal as soon as it runs
        for process in running:
            process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)

    before = signal.signal(signal.SIGINT, lambda *_: None), signal.signal(signal.SIGTERM, pass_on)
    try:
        running.append(subprocess.Popen(_found(command, environment), env=dict(environment)))
        if early:
            pass_on(early[0], None)
        return _exit_code(running[0].wait())
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def become(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a command in this process's place, so that signals reach it alone. Windows can't do that: there it runs in
    the foreground, and this returns its exit code. Raises StackError if there is no such command."""
    if os.name == "posix":
        found = _found(command, environment)
        sys.stdout.flush()
        os.execve(found[0], [command[0], *found[1:]], dict(environment))  # noqa: S606  # no shell is needed
    return run_in_foreground(command, environment)


def _found(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The command with its program's path. Windows would look for it on this process's PATH, not on the given one."""
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise not_found(command[0])
    return [program, *command[1:]]


def _exit_code(code: int) -> int:
    """As shells count: a command that a signal ended has 128 and the signal's number."""
    return 128 - code if code < 0 else code
