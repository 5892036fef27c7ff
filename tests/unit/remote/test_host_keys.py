"""Which of a server's host keys is asked for: the pinned one, whatever others the server has."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache

import paramiko
import pytest

from registry_stack.common.errors import HostKeyError
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import is_at
from registry_stack.remote.ssh import run_script, wait_for_host_key
from tests.fakes.ssh_server import SshServer, ed25519, line, public

pytestmark = pytest.mark.loopback

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
SHA2 = ("rsa-sha2-512", "rsa-sha2-256")


@cache
def key(kind: str) -> paramiko.PKey:
    if kind == "ssh-ed25519":
        return paramiko.Ed25519Key.from_private_key(io.StringIO(ed25519()))
    if kind == "ssh-rsa":
        return paramiko.RSAKey.generate(2048)
    return paramiko.ECDSAKey.generate(bits=int(kind[-3:]))


def having(kind: str, *others: str) -> SshServer:
    return SshServer(host_key=key(kind), other_keys=[key(each) for each in others])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("others", [True, False], ids=["beside all others", "alone"])
def test_a_key_of_any_kind_can_be_pinned(kind: str, others: bool) -> None:
    beside = [each for each in KINDS if each != kind] if others else []
    with having(kind, *beside).serving() as server:
        run_script(server.login, "true")
        assert wait_for_host_key("127.0.0.1", server.port, 5, server.login.host_key) == line(key(kind))
        run_script(replace(server.login, host_key=f"{server.login.host_key} root@registry0 a comment"), "true")


@pytest.mark.parametrize("signs", [["ssh-ed25519", each] for each in SHA2], ids=SHA2)
def test_an_rsa_key_is_asked_for_in_each_way_that_a_server_may_sign(signs: list[str]) -> None:
    """Dropbear signs with the second alone."""
    with replace(having("ssh-rsa", "ssh-ed25519"), signs=signs).serving() as server:
        run_script(server.login, "true")
        assert wait_for_host_key("127.0.0.1", server.port, 5, server.login.host_key) == line(key("ssh-rsa"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_has_no_key_of_the_pinned_kind_shows_the_one_that_it_has(kind: str) -> None:
    other = "ssh-ed25519" if kind != "ssh-ed25519" else "ssh-rsa"
    with having(other).serving() as server:
        pinned = replace(server.login, host_key=line(key(kind)))
        with pytest.raises(HostKeyError) as raised:
            run_script(pinned, "true")
        assert wait_for_host_key("127.0.0.1", server.port, 5, pinned.host_key) == line(key(other))
    assert str(raised.value) == f"{pinned} presented the host key {line(key(other))}, expected {line(key(kind))}"
    assert server.tried == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_any_kind_is_taken_where_none_is_pinned(kind: str) -> None:
    with having(kind).serving() as server:
        assert wait_for_host_key("127.0.0.1", server.port, 5) == line(key(kind))


def test_without_a_pinned_key_the_best_is_taken() -> None:
    with having(*reversed(KINDS)).serving() as server:
        assert wait_for_host_key("127.0.0.1", server.port, 5) == line(key("ssh-ed25519"))


@pytest.fixture
def of_old() -> Iterator[int]:
    """The port of a server that signs with SHA-1 alone, as far as anybody gets to know it."""
    lists = [b"ecdh-sha2-nistp256", b"ssh-rsa", *[b"aes128-ctr"] * 2, *[b"hmac-sha2-256"] * 2, *[b"none"] * 2, b"", b""]
    hello = bytes([20, *[0] * 16]) + b"".join(len(each).to_bytes(4, "big") + each for each in lists) + bytes(5)
    padding = 8 - (len(hello) + 5) % 8 + 8
    packet = (len(hello) + padding + 1).to_bytes(4, "big") + bytes([padding]) + hello + bytes(padding)

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                connection.sendall(b"SSH-2.0-old\r\n" + packet)
                while connection.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve, args=[listening])
        serving.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        serving.join()


@pytest.mark.parametrize(
    "reach", [lambda login: run_script(login, "true"), lambda login: wait_for_host_key(login.host, login.port, 60)]
)
def test_nobody_waits_for_a_server_that_signs_with_sha1_alone(reach: Callable[[Login], str], of_old: int) -> None:
    login = replace(SshServer().login, port=of_old)
    with pytest.raises(HostKeyError, match=r"knows no algorithm that is still safe: .*no acceptable host key"):
        reach(login)
    assert not is_at(login), "whoever it is, it is not the one that is looked for"


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA", "ssh-rsa !", "nonsense x y"])
def test_what_is_no_host_key(text: str) -> None:
    with SshServer().serving() as server:
        with pytest.raises(HostKeyError, match=r"the pinned host key of .* is not valid"):
            run_script(replace(server.login, host_key=text), "true")
        assert wait_for_host_key("127.0.0.1", server.port, 5, text) == line(server.host_key)
    assert server.tried == []


NAMES = ["admin@corp.example", "CORP\\admin", "1042ops", "user name", "_svc$", "admin@corp@example", "ü"]


@pytest.mark.parametrize("user", NAMES)
def test_whatever_the_user_is_called(user: str) -> None:
    with SshServer().serving() as server:
        login = replace(server.login, user=user)
        run_script(login, "true")
        assert set(server.tried) == {user}
        with pytest.raises(HostKeyError) as raised:
            run_script(replace(login, host_key=public(ed25519())), "true")
    assert str(raised.value).startswith(f"{user}@127.0.0.1:{server.port} presented")


@pytest.mark.parametrize("host", ["LOCALHOST", "LocalHost", "my_host", "::1", "::ffff:127.0.0.1", "Registry-0.Example"])
@pytest.mark.parametrize("port", [22, 2222])
def test_whatever_the_host_is_called(host: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is asked of the system as it stands, and what is pinned under it is found again."""
    with SshServer().serving() as server:
        asked = []
        address = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

        def resolve(name: str, number: int, *_: object) -> list[object]:
            asked.append((name, number))
            return [*address]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        login = replace(server.login, host=host, port=port)
        run_script(login, "true")
        assert set(asked) == {(host, port)}
        with pytest.raises(HostKeyError):
            run_script(replace(login, host_key=public(ed25519())), "true")
