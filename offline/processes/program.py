"""The process that a program runs in."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

from pulumi.runtime.proto import language_pb2

from offline.kit.stubs import with_sdk
from offline.processes.line import Line

INTERRUPTED = "the program was interrupted"
IMPORTS, ENDS = b"imports ", b"ends "
# Of the packages that stand-ins are for.
_SDKS = {"pulumi_tls": "offline.tls", "pulumi_docker": "offline.docker", "pulumi_command": "offline.command"}


def main(line: Line) -> None:
    """Run a program, as is received: the RunRequest, the engine's address, and more than nothing if debug messages are
    asked for. What is sent: `IMPORTS` and a stand-in that is needed soon, whenever there is one; in the end `ENDS` and
    the RunResponse.
    """
    with_sdk()
    from offline.language.program import run

    request = language_pb2.RunRequest.FromString(line.receive() or b"")
    engine = (line.receive() or b"").decode()
    debug = bool(line.receive())
    threading.Thread(target=_obey, args=[line], daemon=True).start()
    sys.meta_path.insert(0, _Notice(line))
    try:
        outcome = run(request, engine, debug)
        # An interrupt that comes now comes too late.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        response = language_pb2.RunResponse(error=outcome.error, bail=outcome.shown)
    except KeyboardInterrupt:
        response = language_pb2.RunResponse(error=INTERRUPTED)
    line.send(ENDS + response.SerializeToString())


class _Notice(MetaPathFinder):
    """Tells which stand-ins will be needed, while the program is being imported: it then waits for none of them."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name in _SDKS:
            self._line.send(IMPORTS + _SDKS[name].encode())


def _obey(line: Line) -> None:
    """Interrupts the program when told to, and ends with the host."""
    if line.receive() is not None:
        # As the official host does to its child process: it reaches a program that sleeps or computes, too.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    # Another one must not disturb the handling of the first.
    while line.receive() is not None:
        pass
    os._exit(0)
