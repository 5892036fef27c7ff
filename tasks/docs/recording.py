"""Records the demo in a terminal, as the picture that README.md shows."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from registry_stack.common.errors import StackError
from tasks.docs.terminal_picture import Line, terminal_picture
from tasks.layout import HERE

PICTURE = Path("docs", "images", "demo.svg")
COMMAND = ("make", "demo")
COLUMNS, ROWS = 120, 30
# without a terminal to read from, Pulumi leaves out its colours
COLOURED = {"TERM": "xterm-256color", "PULUMI_OPTION_COLOR": "always"}
LONGEST_PAUSE = 0.8


def record_demo(_: Namespace) -> None:
    """Runs the demo and writes the picture. Raises StackError if the demo fails.

    A demo that is up already is recorded as it is: nothing changes then.
    """
    prompt = Line(0, f"\x1b[1m$ {' '.join(COMMAND)}\x1b[0m")
    lines = [prompt, *lines_of(COMMAND, {**os.environ, **COLOURED})]
    shown = without_pauses([Line(line.seconds, anonymous(line.text)) for line in lines])
    (HERE.checkout / PICTURE).write_text(terminal_picture(" ".join(COMMAND), shown, COLUMNS, ROWS), encoding="utf-8")
    print(f"{PICTURE.as_posix()}: written")


def lines_of(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Line]:
    """What a command prints to a terminal. Raises StackError if it fails.

    It gets no terminal to read from, so that Pulumi prints line after line.
    """
    begun = time.monotonic()
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with subprocess.Popen(
        command, cwd=HERE.checkout, env=environment, stdin=subprocess.DEVNULL, stdout=its, stderr=its
    ) as process:
        os.close(its)
        rest = b""
        for printed in _read(ours):
            *whole, rest = (rest + printed).split(b"\n")
            yield from (Line(time.monotonic() - begun, _decoded(line)) for line in whole)
        if rest:
            yield Line(time.monotonic() - begun, _decoded(rest))
    if process.returncode:
        raise StackError(f"`{' '.join(command)}` ended with exit code {process.returncode}")


def anonymous(text: str) -> str:
    """The text without the path of this checkout."""
    return text.replace(str(HERE.checkout), "~/registry-stack")


def without_pauses(lines: Sequence[Line]) -> list[Line]:
    """The same lines, none of them longer than LONGEST_PAUSE after the one before."""
    moment, before, shown = 0.0, 0.0, []
    for line in lines:
        moment += min(line.seconds - before, LONGEST_PAUSE)
        before = line.seconds
        shown.append(Line(moment, line.text))
    return shown


def _read(terminal: int) -> Iterator[bytes]:
    try:
        while printed := os.read(terminal, 1 << 16):
            yield printed
    except OSError:  # Linux's way to say that nobody has the terminal's other end any more
        return
    finally:
        os.close(terminal)


def _decoded(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", errors="replace")
