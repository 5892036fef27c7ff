"""A machine on loopback, as far as moving and restarting it goes: SSH that reboots, and an engine with a certificate.

A Boot2Docker answers at 127.0.0.1 until it has booted with what it was told of its address, then at 127.0.0.2 alone.
"""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from registry_stack.guest.address_changes import STATE
from registry_stack.guest.addresses import GUESTS, on_interface
from registry_stack.remote import docker_engine
from tests.certificates import Authority, server_context
from tests.fakes.loopback import FakeEngine, http_server
from tests.fakes.machine_tool import MachineTool
from tests.fakes.ssh_server import Reply, SshServer

FIRST, SETTLED = "127.0.0.1", "127.0.0.2"
_ASKING = ("boot_id", "server-key.pem", "/etc/os-release", "docker ps", f"{STATE}/ended", f"{STATE}/confirmed")


@dataclass
class GuestMachine:
    """`boots` counts its boots; `told` is the document of its static address, as its `kind` of guest has it; `breaks`
    is how a shutdown ends."""

    tool: MachineTool
    breaks: Reply = field(default_factory=lambda: Reply(drops=True, code=None))
    boots: int = 1
    told: str = ""
    reboots: bool = True
    kind: str = "boot2docker"
    ssh: SshServer = field(init=False)
    engine: FakeEngine = field(default_factory=FakeEngine)

    def __post_init__(self) -> None:
        self.ssh = SshServer(self._answer)

    @property
    def login(self) -> dict[str, Any]:
        """The property `login` of resources."""
        login = self.ssh.login
        keys = {"private_key": login.private_key, "host_key": login.host_key}
        return {"host": FIRST, "user": login.user, "port": float(login.port), **keys}

    def props(self, **changes: object) -> dict[str, Any]:
        """The inputs of a StaticAddress."""
        place = {"address": SETTLED, "subnet": "127.0.0.0/24", "gateway": "127.0.0.9", "interface": "eth0"}
        return {"name": "m", "tool": self.tool.props, "login": self.login, "serial": "1", **place, **changes}

    def note(self, address: str, name: str = "generic") -> None:
        """Writes docker-machine's entry of the machine, by the driver of that name."""
        driver = {"IPAddress": address, "SSHUser": "docker", "SSHPort": 22, "SSHKeyPath": "/id_rsa"}
        entry = {"Name": "m", "DriverName": name, "Driver": driver}
        (self.folder / "config.json").write_text(json.dumps(entry))

    @property
    def noted(self) -> str:
        """The address that docker-machine's entry has."""
        return str(json.loads((self.folder / "config.json").read_text())["Driver"]["IPAddress"])

    @property
    def folder(self) -> Path:
        return self.tool.storage / "machines" / "m"

    @contextmanager
    def running(self, certified_for: str, monkeypatch: pytest.MonkeyPatch) -> Iterator["GuestMachine"]:
        authority = Authority()
        authority.engine_folder(self.folder)
        self.note(FIRST)
        context = server_context(self.folder, authority.issue(certified_for), clients_of=authority)
        regenerated = server_context(self.folder, authority.issue(SETTLED), clients_of=authority)

        def choose(connection: ssl.SSLObject, _name: str, _context: ssl.SSLContext) -> None:
            if ["regenerate-certs", "--force", "m"] in self.tool.commands:
                connection.context = regenerated

        context.sni_callback = choose
        with self.ssh.serving(), http_server(self.engine, context) as port:
            monkeypatch.setattr(docker_engine, "PORT", port)
            with http_server(self.engine, context, (SETTLED, port)):
                yield self

    @property
    def commands(self) -> list[str]:
        return [
            command
            for command, _ in self.ssh.asked
            if command != "true" and command not in self._reading and not any(each in command for each in _ASKING)
        ]

    @property
    def _reading(self) -> list[str]:
        guests = [GUESTS[self.kind]] if self.kind else []
        names = [script_of(f"{guest.names} 2>/dev/null || true") for guest in guests]
        return [*names, *(script_of(guest.read) for guest in guests)]

    def _answer(self, command: str, stdin: str) -> Reply:
        if "boot_id" in command:
            return Reply(f"boot {self.boots}\n")
        if "shutdown" in command:
            self.boots += self.reboots
            if self.told:
                self.ssh.hosts = {SETTLED}
            return self.breaks
        if "/etc/os-release" in command:
            return Reply(f"{self.kind}\n")
        if self.kind and command == script_of(GUESTS[self.kind].read):
            return Reply(self.told)
        if self.kind and command == script_of(GUESTS[self.kind].install):
            self.told = stdin
        return Reply()


def script_of(script: str) -> str:
    """The command that runs a guest's script."""
    return on_interface("eth0", script)
