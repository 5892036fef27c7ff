"""docker-machine's command line, typed. Nothing of Pulumi here.

Every command is a list of arguments. The storage folder and the SSH implementation are given through docker-machine's
own environment variables, so that the lists read as in its documentation.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.errors import CommandError, MachineError
from providers.locks import locked
from providers.runner import Runner, run

OptionValue = bool | int | str | list[str]


def option_arguments(options: Mapping[str, OptionValue]) -> list[str]:
    """A driver's options as flags: true is a flag alone, false is none, a list repeats its flag."""
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
    """What docker-machine's store says of a machine."""

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

    def folder(self, name: str) -> Path:
        """Where the store keeps a machine: its config.json, its engine's ca.pem, cert.pem and key.pem."""
        return self.storage / "machines" / name

    def exists(self, name: str) -> bool:
        """Whether the store knows the machine, be it only half made."""
        return self.folder(name).exists()

    def create(self, name: str, driver: str, options: Mapping[str, OptionValue], *, lock: int) -> None:
        """Makes a machine. `lock` is an open file that stays open in docker-machine for as long as it runs."""
        self._ensure_certificates()
        self._run("create", "--driver", driver, *option_arguments(options), name, keep_open=(lock,))

    def inspect(self, name: str) -> Description:
        """What the store says of the machine. Raises MachineError if it can't be read."""
        text = self._run("inspect", name)
        try:
            return Description.parse(text)
        except (ValueError, KeyError, TypeError) as error:
            raise MachineError(f"docker-machine's store has no readable entry of {name}: {error!r}") from None

    def remove(self, name: str) -> None:
        """Removes the machine and its entry; a half-made one as well."""
        self._run("rm", "--force", name)

    def regenerate_certificates(self, name: str) -> None:
        """Makes the engine's certificate anew, for the address that the machine has now; restarts the engine."""
        self._run("regenerate-certs", "--force", name)

    def move(self, name: str, address: str) -> None:
        """Tells the store that a machine of the generic driver answers at another address from now on.

        The other drivers ask their hypervisor; this one believes what it was told at creation and has no command to
        change it. The entry is replaced as a whole, so a crash leaves the old or the new one.
        """
        path = self.folder(name) / "config.json"
        entry = json.loads(path.read_text("utf-8"))
        if entry["DriverName"] == "generic" and entry["Driver"]["IPAddress"] != address:
            entry["Driver"]["IPAddress"] = address
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(entry, indent=4), "utf-8")
            fresh.replace(path)

    def _ensure_certificates(self) -> None:
        """Makes docker-machine's own certificates: several first-time creations at once would race to, and fail.

        docker-machine makes them along with a machine, which is removed: now, or later if this process is killed.
        """
        certificate, probe = self.storage / "certs" / "cert.pem", "first-certificates"
        if certificate.exists() and not self.exists(probe):
            return
        with locked(self.storage / "certificates.lock", "docker-machine's first certificates", self.deadline) as lock:
            if self.exists(probe):
                self.remove(probe)
            if not certificate.exists():
                self._run("create", "--driver", "none", "--url", "tcp://127.0.0.1:2376", probe, keep_open=(lock,))
                self.remove(probe)

    def _run(self, *arguments: str, keep_open: tuple[int, ...] = ()) -> str:
        # Its other SSH implementation is the ssh command, which would show the engine's private key to everybody
        # who lists processes: docker-machine hands keys over inside of remote command lines.
        environment = {"MACHINE_STORAGE_PATH": str(self.storage), "MACHINE_NATIVE_SSH": "true"}
        command = [self.command, *arguments]
        try:
            return self.runner(command, environment=environment, deadline=self.deadline, keep_open=keep_open)
        except CommandError as error:
            if "PRIVATE KEY" in error.output:
                raise CommandError(command, error.code, "(its output holds a private key and is not shown)") from None
            raise
