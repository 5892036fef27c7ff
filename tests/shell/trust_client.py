"""A client over SSH on loopback, whose root is a folder: what its provider says is really run there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from registry_stack.guest.systems import System
from tests.fakes.ssh_server import Reply, SshServer
from tests.shell.guest_client import ADDRESS, NAMES, OLD, REFERENCE, ClientGuest, make_client

UNKNOWN = f"manifest for {REFERENCE}/registry-stack-check:none not found: manifest unknown"


@dataclass
class LoopbackClient:
    """`said` is what its docker answers to the requests for an image, one after the other, the last one for good.
    `boots` counts its boots, `calls` are those of its docker and of what restarts that."""

    client: ClientGuest
    said: list[str] = field(default_factory=lambda: [UNKNOWN])
    boots: int = 1
    scripts: list[str] = field(default_factory=list)
    server: SshServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = SshServer(self._answer)

    @property
    def root(self) -> Path:
        return self.client.guest.root

    @property
    def calls(self) -> list[str]:
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []

    @contextmanager
    def running(self) -> Iterator["LoopbackClient"]:
        with self.server.serving():
            yield self

    def props(self, **changes: object) -> dict[str, Any]:
        """The inputs of a Trust."""
        login = self.server.login
        given = {"private_key": login.private_key, "host_key": login.host_key, "user": login.user}
        return {
            "name": "client1",
            "login": {"host": login.host, "port": float(login.port), **given},
            "serial": "1",
            "reference": REFERENCE,
            "address": ADDRESS,
            "names": list(NAMES),
            "anchors": {"old": OLD},
            "scope": "engine",
            "os": "auto",
            "engine": "docker",
            "deadline": 20.0,
            **changes,
        }

    def _answer(self, command: str, stdin: str) -> Reply:
        if "boot_id" in command:
            return Reply(f"boot {self.boots}\n")
        if "shutdown" in command:
            self.boots += 1
            return Reply()
        if "docker pull" in command:
            return Reply(self.said.pop(0) if len(self.said) > 1 else self.said[0])
        self.scripts.append(command)
        try:
            return Reply(self.client.guest.run(f"set -e\n{command}", stdin).replace(str(self.root), ""))
        except CalledProcessError as error:
            return Reply(errors=error.stderr.decode(), code=error.returncode)


def make_loopback_client(root: Path, system: System | None) -> LoopbackClient:
    """A client whose docker has a container that runs; a restart of its service is noted."""
    made = LoopbackClient(make_client(root, system))
    commands = {
        "docker": 'case "$1" in ps) echo c0ffee0c0ffe;; inspect) [ "$4" = c0ffee0c0ffe ];; esac',
        "service": "true",
        "rc-service": "true",
        "systemctl": "true",
    }
    for name, does in commands.items():
        path = root / "bin" / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {root}/calls\n{does}\n')
        path.chmod(0o755)
    return made
