"""What a login is made with: a key's file, read when it is needed, or the SSH agent; and what is said without."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from paramiko.message import Message

from registry_stack.common.errors import StackError
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_script
from tests.fakes.ssh_server import SshServer, ed25519, public

_IDENTITIES, _SIGN = 11, 13
_IDENTITIES_ANSWER, _SIGN_RESPONSE = 12, 14


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def with_file(server: SshServer, path: Path | str | None) -> Login:
    return replace(server.login, private_key=None, key_file=None if path is None else str(path))


def protected(form: PrivateFormat = PrivateFormat.OpenSSH) -> str:
    key = Ed25519PrivateKey.generate()
    # OpenSSH's usual 16 rounds take 0.15 s each time
    quick = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1).build(b"a passphrase")
    encryption = quick if form is PrivateFormat.OpenSSH else BestAvailableEncryption(b"a passphrase")
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


@contextmanager
def agent(path: Path, private: str | None) -> Iterator[Path]:
    """An SSH agent with one key, or none. Source: draft-miller-ssh-agent."""
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(private)) if private else None

    def answer(request: bytes) -> bytes:
        message = Message(request)
        kind, said = message.get_byte()[0], Message()
        if kind == _IDENTITIES:
            said.add_byte(bytes([_IDENTITIES_ANSWER]))
            said.add_int(1 if key else 0)
            if key:
                said.add_string(key.asbytes())
                said.add_string("a comment")
        elif kind == _SIGN and key:
            message.get_string()
            said.add_byte(bytes([_SIGN_RESPONSE]))
            said.add_string(key.sign_ssh_data(message.get_string()).asbytes())
        return said.asbytes()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while length := connection.recv(4, socket.MSG_WAITALL):
                said = answer(connection.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
                connection.sendall(len(said).to_bytes(4, "big") + said)

    def accept(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[listening.accept()[0]], daemon=True).start()

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        accepting = threading.Thread(target=accept, args=[listening])
        accepting.start()
        try:
            yield path
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def test_a_key_in_a_file_is_read_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with SshServer().serving() as server:
        login = with_file(server, path)
        path.write_text(server.user_key)
        run_script(login, "true")
        path.write_text(ed25519())
        with pytest.raises(StackError) as raised:
            run_script(login, "true")
    assert str(raised.value) == f"{login} refuses the key in {path}"


def test_a_path_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with SshServer().serving() as server:
        (tmp_path / "key").write_text(server.user_key)
        run_script(with_file(server, "~/key"), "true")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "can't decode"),
        (b"", "is neither an Ed25519, an ECDSA nor an RSA key without a passphrase"),
        (b"ssh-ed25519 AAAA a public one\n", "is neither an Ed25519, an ECDSA nor an RSA key without a passphrase"),
    ],
)
def test_a_file_that_is_no_key(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with SshServer().serving() as server, pytest.raises(StackError) as raised:
        run_script(with_file(server, path), "true")
    assert said in str(raised.value)
    assert f"the key file {path}" in str(raised.value)
    assert server.tried == []


@pytest.mark.parametrize("form", [PrivateFormat.OpenSSH, PrivateFormat.PKCS8])
def test_a_key_with_a_passphrase_and_no_agent(form: PrivateFormat, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(protected(form))
    with SshServer().serving() as server, pytest.raises(StackError) as raised:
        run_script(with_file(server, path), "true")
    assert str(raised.value) == (
        f"{server.login}: the key in {path} has a passphrase, and there is no SSH agent with a key: "
        f"add it to one (ssh-add {path}), or use a key without a passphrase"
    )


def test_a_machines_key_with_a_passphrase() -> None:
    with SshServer().serving() as server, pytest.raises(StackError, match="the machine's SSH key has a passphrase"):
        run_script(replace(server.login, private_key=protected()), "true")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paramiko closes no dead socket
def test_neither_a_file_nor_an_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SshServer().serving() as server:
        for socket_path in (None, tmp_path / "dead"):
            if socket_path:
                monkeypatch.setenv("SSH_AUTH_SOCK", str(socket_path))
            with pytest.raises(StackError) as raised:
                run_script(with_file(server, None), "true")
            assert str(raised.value) == (
                f"{server.login}: there is no SSH agent with a key: add one (ssh-add), or name the key's file"
            )


def test_an_agent_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SshServer().serving() as server, agent(tmp_path / "agent", None) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        with pytest.raises(StackError, match="there is no SSH agent with a key"):
            run_script(with_file(server, None), "true")


@pytest.mark.parametrize("key_file", [False, True], ids=["no file", "a file with a passphrase"])
def test_the_key_of_an_agent(key_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(protected())
    with SshServer().serving() as server, agent(tmp_path / "agent", server.user_key) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        run_script(with_file(server, tmp_path / "key" if key_file else None), "true")
    assert server.asked == [("true", "")]


def test_an_agent_whose_keys_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SshServer().serving() as server, agent(tmp_path / "agent", ed25519()) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        with pytest.raises(StackError, match=r"refuses every key of the SSH agent$"):
            run_script(with_file(server, None), "true")


def test_the_host_key_is_pinned_for_an_agents_keys_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SshServer().serving() as server, agent(tmp_path / "agent", server.user_key) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        with pytest.raises(StackError, match="presented the host key"):
            run_script(replace(with_file(server, None), host_key=public(ed25519())), "true")
    assert server.tried == []


@pytest.mark.parametrize(
    "known", ["ssh-ed25519 AAAA", "ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY="]
)
def test_a_known_host_key_that_is_none(known: str) -> None:
    with SshServer().serving() as server, pytest.raises(StackError, match=r"the pinned host key of .* is not valid"):
        run_script(replace(server.login, host_key=known), "true")
