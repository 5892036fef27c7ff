"""How processes are started: forked from one that has loaded what all of them need, so a start takes milliseconds.

gRPC can't be used on both sides of a fork. So the one that the others are forked from, the zygote, is itself forked
before the host begins to use it, and does nothing else.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from threading import Lock
from typing import NoReturn, Protocol

from offline.kit.stubs import with_sdk
from offline.processes.line import Line

# Job -> the module whose `main` does it.
_MODULES = {
    "program": "offline.processes.program",
    "dynamic": "offline.processes.dynamic",
    "stand-ins": "offline.processes.stand_ins",
}
_WITH_SDK = ("program", "dynamic")
_PREPARE = "prepare"
_LONGEST = 64


class Processes(Protocol):
    """All processes of a host."""

    def prepare(self) -> None:
        """Load what a program needs, as one is to be started soon."""

    def start(self, job: str, *outputs: int) -> Line:
        """Start a process for a job: `program`, `dynamic` or `stand-ins`. It answers on the line.

        `outputs` are open files in place of its standard output and error; without them it has the host's.
        """

    def end(self) -> None:
        """End all of them, and wait until they are gone."""


def processes(checkout: str) -> Processes:
    """Call it while this process has one thread. `checkout` is the folder that this package is in.

    Elsewhere than on Linux, system libraries may not survive a fork.
    """
    return Forked() if sys.platform == "linux" else Spawned(checkout)


class Forked:
    """Forks them from a zygote."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._lock = Lock()
        self._zygote = os.fork()
        if not self._zygote:
            self._control.close()
            _be_zygote(theirs)
        theirs.close()

    def prepare(self) -> None:
        self._tell(_PREPARE)

    def start(self, job: str, *outputs: int) -> Line:
        ours, theirs = socket.socketpair()
        with theirs:
            self._tell(job, theirs.fileno(), *outputs)
        return Line(ours)

    def end(self) -> None:
        self._control.close()
        with suppress(ChildProcessError):
            os.waitpid(self._zygote, 0)

    def _tell(self, what: str, *fds: int) -> None:
        # If it is gone, so is the other end of the line, which the caller sees.
        with self._lock, suppress(OSError):
            socket.send_fds(self._control, [what.encode()], fds)
            self._control.recv(1)


class Spawned:
    """Starts each from the beginning."""

    def __init__(self, checkout: str) -> None:
        self._checkout = checkout
        self._started: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        return

    def start(self, job: str, *outputs: int) -> Line:
        ours, theirs = socket.socketpair()
        with theirs:
            fds = [theirs.fileno(), *outputs]
            command = [sys.executable, "-u", "-P", "-m", "offline.processes", job, *map(str, fds)]
            environment = {**os.environ, "PYTHONPATH": self._checkout}
            self._started.append(subprocess.Popen(command, pass_fds=fds, env=environment, process_group=0))
        return Line(ours)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


def _be_zygote(control: socket.socket) -> NoReturn:
    # The engine interrupts the host with all that is in its group.
    os.setpgid(0, 0)
    started = []
    while True:
        said, fds, *_ = socket.recv_fds(control, _LONGEST, 3)
        if not said:
            break
        control.send(b"\0")
        job = said.decode()
        if job in (_PREPARE, *_WITH_SDK):
            with_sdk()
            # The collector would copy what is shared, only to find that all of it is in use.
            gc.freeze()
        if not fds:
            continue
        child = os.fork()
        if not child:
            control.close()
            do(job, fds)
        started.append(child)
        for fd in fds:
            os.close(fd)
    for child in started:
        # One that has ended keeps its number until it is waited for.
        os.kill(child, signal.SIGKILL)
    for child in started:
        os.waitpid(child, 0)
    os._exit(0)


def do(job: str, fds: Sequence[int]) -> NoReturn:
    """Be the process for a job, whose line and outputs are these open files."""
    line, *outputs = fds
    for output, standard in zip(outputs, (1, 2), strict=False):
        os.dup2(output, standard)
        os.close(output)
    try:
        import_module(_MODULES[job]).main(Line(socket.socket(fileno=line)))
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # Not sys.exit: threads may wait for answers that an engine on its way out no longer gives.
    os._exit(0)
