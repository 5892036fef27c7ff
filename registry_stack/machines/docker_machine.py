"""docker-machine's command line, typed.

Every command is a list of arguments. The storage folder and the SSH implementation are given through docker-machine's
own environment variables, so that the lists read as in its documentation. docker-machine and its maintained fork,
rancher-machine, take the same commands.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_stack.common.errors import CommandError, MachineError
from registry_stack.common.locks import locked
from registry_stack.common.options import OptionValue
from registry_stack.common.runner import Runner, run
from registry_stack.machines.records import MachineRecord
from registry_stack.machines.store import Store

_FLAG = re.compile(r"^\s*--([a-z0-9-]+)", re.MULTILINE)
# the exit code of `status` if a driver does not find its machine; VirtualBox's says so in words of its own
_NOT_FOUND = 4
_NOT_THERE = "machine does not exist"
# and Hyper-V's in the words that it has for every failure
_NO_STATE = "Failed to find the VM status"


def option_arguments(options: Mapping[str, OptionValue]) -> list[str]:
    """A driver's options as flags: true is a flag alone, false no flag, and a list repeats its flag."""
    arguments = []
    for name, value in options.items():
        if isinstance(value, bool):
            arguments += [f"--{name}"] if value else []
        else:
            for item in value if isinstance(value, list) else [value]:
                arguments += [f"--{name}", str(item)]
    return arguments


@dataclass(frozen=True)
class Description:
    """What docker-machine's store says about a machine."""

    driver: str
    address: str
    ssh_user: str
    ssh_port: int
    ssh_key_path: Path

    @classmethod
    def parse(cls, text: str) -> "Description":
        """Reads the JSON document of `docker-machine inspect`."""
        # docker-machine may print what its driver's plugin says after the document
        document: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
        driver = document["Driver"]
        return cls(
            driver=document["DriverName"],
            address=driver["IPAddress"],
            ssh_user=driver["SSHUser"] or "root",
            ssh_port=driver["SSHPort"] or 22,
            ssh_key_path=Path(driver["SSHKeyPath"]),
        )


@dataclass(frozen=True)
class DockerMachine:
    """One installed docker-machine with one storage folder; `deadline` in seconds bounds each command."""

    command: str
    storage: Path
    deadline: float
    runner: Runner = run

    @property
    def store(self) -> Store:
        """The storage folder."""
        return Store(self.storage)

    def record(self, name: str) -> MachineRecord:
        """What this program notes about a machine."""
        return MachineRecord(self.store, name)

    def flags(self, driver: str) -> frozenset[str]:
        """The flags that `create` takes with a driver, without their dashes. Raises CommandError if it is unknown."""
        return frozenset(_FLAG.findall(self._run("create", "--driver", driver, "--help")))

    def create(self, name: str, driver: str, options: Mapping[str, OptionValue], *, lock: int) -> None:
        """Creates a machine. `lock` is an open file that stays open in docker-machine for as long as it runs."""
        self._ensure_certificates()
        self._run("create", "--driver", driver, *option_arguments(options), name, keep_open=(lock,))

    def inspect(self, name: str) -> Description:
        """What the store says about the machine. Raises MachineError if it can't be read."""
        text = self._run("inspect", name)
        try:
            return Description.parse(text)
        except (ValueError, KeyError, TypeError) as error:
            raise MachineError(f"docker-machine's store has no readable entry of {name}: {error!r}") from None

    def address(self, name: str) -> str:
        """Where the machine answers, as its hypervisor says; the generic driver says what it was told."""
        return _first_line(self._run("ip", name))

    def is_running(self, name: str) -> bool | None:
        """Whether the machine runs, or None if nothing is left of it but its entry."""
        try:
            return _first_line(self._run("status", name)) == "Running"
        except CommandError as error:
            if error.code == _NOT_FOUND or _NOT_THERE in error.output:
                return None
            if _NO_STATE in error.output and self.record(name).is_pending:
                return None
            raise

    def start(self, name: str) -> None:
        """Starts a stopped machine and waits until docker-machine can reach its engine."""
        self._run("start", name)

    def remove(self, name: str) -> None:
        """Removes the machine and its entry, also if it is only half made.

        Not by force while docker-machine can read the entry: that would forget a machine that it could not remove.
        Hyper-V's driver fails on an entry whose VM is gone, with the same message that it gives a user without rights.
        So the entry is dropped only if creating or removing the machine was interrupted earlier.
        """
        record = self.record(name)
        force = [] if self.store.entry(name) else ["--force"]
        was_interrupted = record.is_pending
        record.begin()
        try:
            self._run("rm", "-y", *force, name)
        except CommandError as error:
            if _NO_STATE not in error.output:
                raise
            if not was_interrupted:
                record.finish()
                raise
            self._run("rm", "-y", "--force", name)
        record.finish()

    def regenerate_certificates(self, name: str) -> None:
        """Recreates the engine's certificate, for the address that the machine has now; restarts the engine."""
        self._run("regenerate-certs", "--force", name)

    def _ensure_certificates(self) -> None:
        """Creates docker-machine's own certificates, because several first-time creations at once would race and fail.

        docker-machine creates them along with a machine, which is removed at once, or by the next run if this process
        is killed. That machine is an entry and nothing else, so force forgets no real one.
        """
        probe = "first-certificates"
        forget = ("rm", "-y", "--force", probe)
        if self.store.has_certificates() and not self.store.exists(probe):
            return
        with locked(self.storage / "certificates.lock", "docker-machine's first certificates", self.deadline) as lock:
            if self.store.exists(probe):
                self._run(*forget)
            if not self.store.has_certificates():
                self.store.clear_half_made_certificates()
                self._run("create", "--driver", "none", "--url", "tcp://127.0.0.1:2376", probe, keep_open=(lock,))
                self._run(*forget)

    def _run(self, *arguments: str, keep_open: tuple[int, ...] = ()) -> str:
        # Its other SSH implementation is the ssh command, which would show the engine's private key to every user that
        # lists processes: docker-machine copies keys inside of remote command lines.
        environment = {"MACHINE_STORAGE_PATH": str(self.storage), "MACHINE_NATIVE_SSH": "true"}
        command = [self.command, *arguments]
        try:
            return self.runner(command, environment=environment, deadline=self.deadline, keep_open=keep_open)
        except CommandError as error:
            if "PRIVATE KEY" in error.output:
                raise CommandError(command, error.code, "(its output holds a private key and is not shown)") from None
            raise


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
