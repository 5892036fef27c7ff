"""Runs a command and notes when it printed each line, and how much processor time it took."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry_stack.common.runner import not_found


@dataclass(frozen=True)
class Measured:
    """A command that has ended. All times are in seconds; those of `lines`, the merged output, count from its start.

    `processor` is the time of the command and of all its descendants that were waited for.
    """

    code: int
    seconds: float
    processor: float
    lines: list[tuple[float, str]]


def measure(
    command: Sequence[str], environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
) -> Measured:
    """Runs the command with that whole environment. After `deadline` seconds it is killed, with all that it started.

    Open files in `keep_open` stay open in it, for locks that must last as long as it runs.

    Raises StackError if there is no such command.
    """
    before, start = _children(), time.monotonic()
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=keep_open,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise not_found(command[0]) from None
    timer = threading.Timer(deadline, _end, [process])
    timer.start()
    with process:
        try:
            lines = [(time.monotonic() - start, line.rstrip("\n")) for line in process.stdout or ()]
            code = process.wait()
            seconds = time.monotonic() - start
        finally:
            timer.cancel()
            _end(process)
    return Measured(code, seconds, _children() - before, lines)


def _end(process: subprocess.Popen[str]) -> None:
    """Kills the command's whole session, whose first process it is, unless the command has ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system
