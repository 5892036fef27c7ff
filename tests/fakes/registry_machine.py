"""A machine on loopback whose registry serves what is installed there: files by SSH, and a TLS server."""

import hashlib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry_stack.certificates.fingerprints import sha256_of
from registry_stack.registry.certificate import STAGED
from tests.certificates import Authority, Issued
from tests.fakes.ssh_server import Reply, SshServer

AUTHORITY = Authority()


@dataclass
class RegistryMachine:
    """A machine with the files that are `staged`, and a registry that, if it is `running`, serves the installed ones
    once it has been restarted, from the handshake on that comes after `old` ones."""

    folder: Path
    running: bool = True
    restarts: Reply | None = None
    loses: bool = False
    staged: dict[str, str] = field(default_factory=dict)
    old: int = 0
    context: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    ssh: SshServer = field(default_factory=SshServer)
    port: int = 0
    restarted: bool = False

    def __post_init__(self) -> None:
        self.ssh.answer = self._answer
        self.context.sni_callback = lambda *_: self._handshake()

    def serve(self, issued: Issued) -> None:
        issued.write(self.folder, "registry")
        self._load()

    def stage(self, issued: Issued) -> None:
        """What the commands of the stack do before."""
        self.staged = {"registry-key.pem": issued.key, "registry.pem": issued.certificate + AUTHORITY.certificate}

    def props(self, issued: Issued, **changes: Any) -> dict[str, Any]:
        """The inputs, with numbers as Pulumi delivers them."""
        login = self.ssh.login
        given = {"host": login.host, "user": login.user, "port": float(login.port)}
        keys = {"private_key": login.private_key, "host_key": login.host_key}
        chain = issued.certificate + AUTHORITY.certificate
        content = {"chain": chain, "private_key": issued.key}
        return {"login": {**given, **keys}, "serial": "serial-1", "port": float(self.port), **content, **changes}

    def known(self, issued: Issued, **changes: Any) -> dict[str, Any]:
        """The outputs of a resource that nothing is wrong with."""
        return {**self.props(issued, **changes), "serves": sha256_of(issued.certificate), "drift": []}

    @property
    def commands(self) -> list[str]:
        return [command for command, _ in self.ssh.asked]

    def _load(self) -> None:
        self.context.load_cert_chain(self.folder / "registry.pem", self.folder / "registry-key.pem")

    def _handshake(self) -> None:
        if self.restarted and self.old:
            self.old -= 1
        elif self.restarted:
            self._load()

    def _answer(self, command: str, stdin: str) -> Reply:
        for file in ("registry.pem", "registry-key.pem"):
            if f"{STAGED}/{file}.new" in command:
                self.staged |= {} if self.loses else {file: stdin}
                return Reply()
        if f"STAGED={STAGED.name}\n" in command:
            return self._install({name: digest for digest, name in map(str.split, stdin.splitlines())})
        if not self.running:
            return Reply()
        self.restarted = self.restarts is None
        return self.restarts or Reply(f"restarted {self.port}\n")

    def _install(self, sums: dict[str, str]) -> Reply:
        there = {file: (self.folder / file).read_text() for file in sums} | self.staged
        if {file: hashlib.sha256(there[file].encode()).hexdigest() for file in sums} != sums:
            return Reply()
        for file, content in there.items():
            (self.folder / file).write_text(content)
        self.staged = {}
        return Reply("installed\n")
