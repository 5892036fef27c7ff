"""The certificate that the registry serves: put onto a machine by SSH, and seen in a handshake, both on loopback."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.served import ServedCertificateProvider
from registry_stack.certificates.fingerprints import sha256_of
from registry_stack.common.errors import CommandError, DeadlineError, UnreachableError
from registry_stack.guest.scripts import as_root, write_file
from registry_stack.registry.configuration import KEPT_CERTIFICATES
from registry_stack.registry.restart import gentle_restart_script
from tests.certificates import Authority, Issued
from tests.fakes.loopback import http_server
from tests.fakes.ssh_server import Reply, SshServer

HOST = "registry0.localdomain"
AUTHORITY = Authority()
FIRST, SECOND = AUTHORITY.issue(HOST), AUTHORITY.issue(HOST)
PROVIDER = ServedCertificateProvider()


@dataclass
class RegistryMachine:
    """A machine whose registry, if it is `running`, serves what was written last once it has been restarted, from
    the handshake on that comes after `old` ones."""

    folder: Path
    running: bool = True
    restarts: Reply | None = None
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

    def props(self, issued: Issued, **changes: Any) -> dict[str, Any]:
        """The inputs, with numbers as Pulumi delivers them."""
        login = self.ssh.login
        given = {"host": login.host, "user": login.user, "port": float(login.port)}
        keys = {"private_key": login.private_key, "host_key": login.host_key}
        chain = issued.certificate + AUTHORITY.certificate
        content = {"chain": chain, "private_key": issued.key}
        return {"login": {**given, **keys}, "serial": "serial-1", "port": float(self.port), **content, **changes}

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
            if f"/{file}.new" in command:
                (self.folder / file).write_text(stdin)
                return Reply()
        if not self.running:
            return Reply()
        self.restarted = self.restarts is None
        return self.restarts or Reply("restarted\n")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[RegistryMachine]:
    made = RegistryMachine(tmp_path)
    made.serve(FIRST)
    with made.ssh.serving(), http_server(lambda *_: (200, b"{}"), made.context) as port:
        made.port = port
        yield made


def write(file: str, mode: str) -> str:
    return as_root(write_file(KEPT_CERTIFICATES / file, mode=mode))


def test_on_a_new_machine_the_files_are_there_before_the_registry(machine: RegistryMachine) -> None:
    machine.running = False
    props = machine.props(SECOND, port=9.0)
    made = PROVIDER.create(props)
    assert (made.id, made.outs) == ("serial-1", {**props, "serves": sha256_of(SECOND.certificate)})
    assert machine.ssh.asked == [
        (write("registry-key.pem", "600"), SECOND.key),
        (write("registry.pem", "644"), SECOND.certificate + AUTHORITY.certificate),
        (as_root(gentle_restart_script(9)), ""),
    ]
    assert len(machine.ssh.tried) == 1, "more than one connection"


@pytest.mark.parametrize("old", [0, 3])
def test_a_registry_that_runs_is_waited_for_until_it_serves_it(machine: RegistryMachine, old: int) -> None:
    olds = {**machine.props(FIRST), "serves": sha256_of(FIRST.certificate)}
    news = machine.props(SECOND)
    machine.old = old
    assert PROVIDER.diff("id", olds, news).changes
    updated = PROVIDER.update("id", olds, news)
    assert updated.outs == {**news, "serves": sha256_of(SECOND.certificate)}
    assert PROVIDER.read("id", updated.outs).outs == updated.outs
    assert not PROVIDER.diff("id", updated.outs, news).changes


def test_one_that_keeps_its_old_certificate_is_an_error(
    machine: RegistryMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_stack.registry.certificate._SECONDS_TO_SERVE", 0)
    machine.restarts = Reply("restarted\n")
    old, new = sha256_of(FIRST.certificate), sha256_of(SECOND.certificate)
    with pytest.raises(DeadlineError) as raised:
        PROVIDER.create(machine.props(SECOND))
    assert str(raised.value) == (
        f"timed out after 0 s waiting for 127.0.0.1:{machine.port} to serve the certificate with the SHA-256 {new}; "
        f"last error: it presents a certificate with the SHA-256 {old}"
    )


def test_one_that_does_not_start_again_has_its_last_words_told(machine: RegistryMachine) -> None:
    machine.restarts = Reply(errors="panic: no such certificate\n", code=1)
    with pytest.raises(CommandError) as raised:
        PROVIDER.create(machine.props(SECOND))
    login = machine.ssh.login
    assert str(raised.value) == f"restarting the registry on {login} exited with 1:\n    panic: no such certificate"


@pytest.mark.parametrize("changes", [{"port": 444.0}, {"login": {"host": "127.0.0.2"}}], ids=str)
def test_another_way_to_the_machine_is_no_reason_to_restart(machine: RegistryMachine, changes: dict[str, Any]) -> None:
    news = machine.props(FIRST)
    olds = {**news, **changes, "serves": sha256_of(FIRST.certificate)}
    assert PROVIDER.diff("id", olds, news).changes
    assert PROVIDER.update("id", olds, news).outs == {**news, "serves": sha256_of(FIRST.certificate)}
    assert machine.commands == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(SECOND, id="another"),
        pytest.param(AUTHORITY.issue("registry1.localdomain"), id="for another name"),
        pytest.param(Authority("somebody else").issue(HOST), id="of another authority"),
        pytest.param(AUTHORITY.issue(HOST, lasts=timedelta(hours=-1)), id="expired"),
    ],
)
def test_a_refresh_sees_another_certificate_and_the_next_up_mends_it(machine: RegistryMachine, other: Issued) -> None:
    inputs = machine.props(FIRST)
    known = {**inputs, "serves": sha256_of(FIRST.certificate)}
    machine.serve(other)
    seen = PROVIDER.read("id", known)
    assert (seen.id, seen.outs) == ("id", {**known, "serves": sha256_of(other.certificate)})
    assert seen.outs is not None
    assert PROVIDER.diff("id", seen.outs, inputs).changes
    assert PROVIDER.update("id", seen.outs, inputs).outs == known
    assert PROVIDER.read("id", known).outs == known


def test_a_refresh_that_gets_no_answer_keeps_what_is_known(machine: RegistryMachine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = float(listening.getsockname()[1])
    with http_server(lambda *_: (200, b"{}")) as plain:
        for port in (closed, float(plain)):
            known = {**machine.props(FIRST, port=port), "serves": sha256_of(FIRST.certificate)}
            assert PROVIDER.read("id", known).outs == known


def test_a_machine_that_is_not_there_is_an_error_that_says_so(machine: RegistryMachine) -> None:
    machine.ssh.hosts.clear()
    with pytest.raises(UnreachableError, match=r"^docker@127\.0\.0\.1:\d+ can't be reached"):
        PROVIDER.create(machine.props(SECOND))


def test_the_key_is_in_no_command(machine: RegistryMachine) -> None:
    PROVIDER.create(machine.props(SECOND))
    lines = SECOND.key.splitlines()[1:-1]
    assert lines
    assert [line for line in lines if line in "".join(machine.commands)] == []


def test_deleting_it_does_nothing(machine: RegistryMachine) -> None:
    PROVIDER.delete("id", {**machine.props(FIRST), "serves": ""})
    assert machine.commands == []


def test_the_fingerprint_is_that_of_the_first_certificate_whatever_stands_before_it() -> None:
    alone = sha256_of(FIRST.certificate)
    assert sha256_of(f"subject=CN = {HOST}\n\n{FIRST.certificate}{AUTHORITY.certificate}") == alone
    assert sha256_of(FIRST.certificate.replace("\n", "\r\n")) == alone
    assert sha256_of(AUTHORITY.certificate + FIRST.certificate) != alone
