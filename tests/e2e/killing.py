"""Killing an operation of Pulumi with all that it has started, at a moment that a condition names."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from registry_stack.common.waiting import wait_for
from tests.e2e.stack import Stack

SECONDS = 300


@dataclass(frozen=True)
class Operation:
    """An operation on a stack that is under way. `session` is that of all its processes, `log` what it prints."""

    stack: Stack
    session: int
    log: Path

    def says(self, pattern: str) -> bool:
        """Whether it has printed something that matches."""
        return re.search(pattern, self.log.read_text("utf-8")) is not None

    def runs(self, words: str) -> bool:
        """Whether a process of it has these words in its command line."""
        return any(words in line for line in map(command_line, processes(self.session)))

    def container(self, machine: str) -> bool:
        """Whether the container of the machine is there."""
        return self._asked(lambda engine: engine.containers.get(self._name(machine)).id) is not None

    def restarts(self, machine: str) -> bool:
        """Whether the machine has been rebooted at least once."""
        count = self._asked(lambda engine: str(engine.containers.get(self._name(machine)).attrs["RestartCount"]))
        return count not in (None, "0")

    def on(self, machine: str, *command: str) -> bool:
        """Whether the command succeeds inside of the machine."""
        code = self._asked(lambda engine: str(engine.containers.get(self._name(machine)).exec_run(list(command))[0]))
        return code == "0"

    def _name(self, machine: str) -> str:
        return f"{self.stack.owner}-{machine}"

    @staticmethod
    def _asked(question: Callable[[docker.DockerClient], str | None]) -> str | None:
        engine = docker.from_env()
        try:
            return question(engine)
        except (NotFound, APIError):  # not there yet, or just rebooting
            return None
        finally:
            engine.close()


Condition = Callable[[Operation], bool]


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


def kill_when(
    stack: Stack,
    operation: str,
    condition: Condition,
    *,
    kill: Callable[[int], None] = kill_session,
    seconds: float = SECONDS,
) -> None:
    """Starts an operation, and kills all its processes as soon as the condition is true. `kill`, which gets the session
    that is also the first process's id, may choose among them. Fails if the condition is not true within `seconds`."""
    log = stack.folder / "killed.log"
    with log.open("w") as file:
        command = stack.command(operation, "--yes", "--skip-preview")
        process = subprocess.Popen(
            command, env=stack.environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    at_work = Operation(stack, process.pid, log)

    def now() -> bool | None:
        if condition(at_work):
            return True
        assert process.poll() is None, f"{operation} ended before it was killed:\n{log.read_text()[-3000:]}"
        return None

    try:
        wait_for("the moment to kill", now, seconds, pause=0.01)
    finally:
        kill(process.pid)
        process.wait()
    stack.pulumi("cancel", "--yes", "--stack", stack.name)


def command_line(process: int) -> str:
    """The words of a process's command line."""
    try:
        return Path("/proc", str(process), "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:  # it has ended meanwhile
        return ""
