"""The certificate that the registry serves: put onto a machine by SSH, and seen in a handshake, both on loopback."""

import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.served import ServedCertificateProvider
from registry_stack.certificates.fingerprints import sha256_of
from registry_stack.common.errors import CommandError, DeadlineError, StackError, UnreachableError
from registry_stack.guest.scripts import write_file
from registry_stack.registry import certificate as registry_certificate
from registry_stack.registry.certificate import STAGED, stage_file
from registry_stack.registry.restart import gentle_restart_script
from tests.certificates import Authority, Issued
from tests.fakes.loopback import http_server
from tests.fakes.registry_machine import AUTHORITY, RegistryMachine
from tests.fakes.ssh_server import Reply

pytestmark = pytest.mark.loopback

HOST = "registry0.localdomain"
FIRST, SECOND = AUTHORITY.issue(HOST), AUTHORITY.issue(HOST)
PROVIDER = ServedCertificateProvider()
RESTART = (gentle_restart_script(), "")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[RegistryMachine]:
    made = RegistryMachine(tmp_path)
    made.serve(FIRST)
    with made.ssh.serving(), http_server(lambda *_: (200, b"{}"), made.context) as port:
        made.port = port
        yield made


def write(file: str, mode: str) -> str:
    return write_file(STAGED / file, mode=mode)


def test_on_a_new_machine_the_files_are_there_before_the_registry(machine: RegistryMachine) -> None:
    machine.running = False
    machine.stage(SECOND)
    props = machine.props(SECOND, port=9.0)
    made = PROVIDER.create(props)
    assert (made.id, made.outs) == ("serial-1", machine.known(SECOND, port=9.0))
    installing, restarting = machine.ssh.asked
    assert installing[1].splitlines() == [
        f"{hashlib.sha256(content.encode()).hexdigest()}  {file}"
        for file, content in (("registry-key.pem", SECOND.key), ("registry.pem", props["chain"]))
    ]
    assert restarting == RESTART
    assert len(machine.ssh.tried) == 1, "more than one connection"
    assert (machine.folder / "registry.pem").read_text() == props["chain"]


def test_what_nobody_staged_is_staged_first(machine: RegistryMachine) -> None:
    machine.staged = {"registry.pem": "another's"}
    props = machine.props(SECOND)
    PROVIDER.create(props)
    looking, *staging, installing, restarting = machine.ssh.asked
    assert staging == [(write("registry-key.pem", "600"), SECOND.key), (write("registry.pem", "644"), props["chain"])]
    assert looking == installing
    assert restarting == RESTART
    assert len(machine.ssh.tried) == 1, "more than one connection"


def test_files_that_do_not_stay_what_they_were_are_an_error(machine: RegistryMachine) -> None:
    machine.loses = True
    with pytest.raises(StackError) as raised:
        PROVIDER.create(machine.props(SECOND))
    assert str(raised.value) == f"{machine.ssh.login}: the files in {STAGED} are not what was written there"
    assert RESTART not in machine.ssh.asked


@pytest.mark.parametrize(("file", "mode"), [("registry-key.pem", "600"), ("registry.pem", "644")])
def test_the_stacks_commands_stage_where_the_provider_looks(file: str, mode: str) -> None:
    assert stage_file(file).startswith(write_file(STAGED / file, mode=mode))


@pytest.mark.parametrize("old", [0, 3])
def test_a_registry_that_runs_is_waited_for_until_it_serves_it(machine: RegistryMachine, old: int) -> None:
    olds, news = machine.known(FIRST), machine.props(SECOND)
    machine.stage(SECOND)
    machine.old = old
    assert PROVIDER.diff("id", olds, news).changes
    updated = PROVIDER.update("id", olds, news)
    assert updated.outs == machine.known(SECOND)
    assert PROVIDER.read("id", updated.outs).outs == updated.outs
    assert not PROVIDER.diff("id", updated.outs, news).changes


def test_another_port_in_the_same_up_is_the_next_containers_and_not_waited_at(machine: RegistryMachine) -> None:
    machine.stage(SECOND)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        other = float(listening.getsockname()[1])
        olds, news = machine.known(FIRST), machine.props(SECOND, port=other)
        assert PROVIDER.diff("id", olds, news).changes
        updated = PROVIDER.update("id", olds, news).outs
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert updated == machine.known(SECOND, port=other)
    assert PROVIDER.read("id", machine.known(SECOND)).outs == machine.known(SECOND), "the one that runs serves it"
    assert not PROVIDER.diff("id", updated, news).changes


def test_one_that_keeps_its_old_certificate_is_an_error(
    machine: RegistryMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_certificate, "_SECONDS_TO_SERVE", 0)
    machine.restarts = Reply(f"restarted {machine.port}\n")
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
    olds = machine.known(FIRST, **changes)
    assert PROVIDER.diff("id", olds, news).changes
    assert PROVIDER.update("id", olds, news).outs == machine.known(FIRST)
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
    inputs, known = machine.props(FIRST), machine.known(FIRST)
    machine.serve(other)
    seen = PROVIDER.read("id", known)
    drift = f"the registry serves another certificate, with the SHA-256 {sha256_of(other.certificate)}"
    assert (seen.id, seen.outs) == ("id", {**known, "drift": [drift]})
    assert seen.outs is not None
    assert PROVIDER.diff("id", seen.outs, inputs).changes
    assert PROVIDER.update("id", seen.outs, inputs).outs == known
    assert PROVIDER.read("id", known).outs == known


@pytest.mark.parametrize("seen", [SECOND, FIRST], ids=["another's", "its own"])
def test_the_state_of_an_earlier_version_is_read(machine: RegistryMachine, seen: Issued) -> None:
    inputs = machine.props(FIRST)
    earlier = {**inputs, "serves": sha256_of(seen.certificate)}
    assert PROVIDER.diff("id", earlier, inputs).changes is (seen is SECOND)
    assert PROVIDER.read("id", earlier).outs == {**earlier, "drift": []}
    assert PROVIDER.update("id", earlier, inputs).outs == machine.known(FIRST)
    assert (RESTART in machine.ssh.asked) is (seen is SECOND)
    PROVIDER.delete("id", earlier)


def test_a_refresh_that_gets_no_answer_keeps_what_is_known(machine: RegistryMachine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = float(listening.getsockname()[1])
    with http_server(lambda *_: (200, b"{}")) as plain:
        for port in (closed, float(plain)):
            known = machine.known(FIRST, port=port)
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
    PROVIDER.delete("id", machine.known(FIRST))
    assert machine.commands == []


def test_the_fingerprint_is_that_of_the_first_certificate_whatever_stands_before_it() -> None:
    alone = sha256_of(FIRST.certificate)
    assert sha256_of(f"subject=CN = {HOST}\n\n{FIRST.certificate}{AUTHORITY.certificate}") == alone
    assert sha256_of(FIRST.certificate.replace("\n", "\r\n")) == alone
    assert sha256_of(AUTHORITY.certificate + FIRST.certificate) != alone
