"""The processes of a session: all that a command has started, whatever parents and groups they have by now."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from providers.waiting import wait_for

SECONDS = 300


def kill_session(session: int) -> None:
    """Kills every process of a session, however many more it starts meanwhile."""

    def gone() -> bool | None:
        left = list(processes(session))
        for each in left:
            os.kill(each, signal.SIGKILL)
        return None if left else True

    wait_for("all processes to be gone", gone, SECONDS, failures=(ProcessLookupError,), pause=0.02)


def processes(session: int) -> Iterator[int]:
    """The processes of a session that have not ended. Source: proc(5), /proc/pid/stat."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, of, *_ = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(of) == session and state not in "ZX":
            yield int(path.parent.name)
