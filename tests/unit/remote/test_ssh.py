"""SSH against a server on loopback: who is believed, what is run, and what failures say."""

import io
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from registry_stack.common.errors import CommandError, DeadlineError, HostKeyError, StackError, UnreachableError
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import connect, run_script, wait_for_host_key
from tests.fakes.ssh_server import Reply, SshServer, ed25519, public

pytestmark = pytest.mark.loopback


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_runs_a_command_and_returns_its_output() -> None:
    with SshServer(lambda _command, _stdin: Reply("out ä\n", "err\n")).serving() as server:
        assert run_script(server.login, "cat /etc/os-release") == "out ä\n"
    assert server.asked == [("cat /etc/os-release", "")]
    assert set(server.tried) == {"docker"}


def hang_up(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.close()


def test_who_hangs_up_without_a_word_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # as in a process that has set up none
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hanging_up = threading.Thread(target=hang_up, args=[listening])
        hanging_up.start()
        key = ed25519()
        login = Login("127.0.0.1", "docker", key, public(key), listening.getsockname()[1])
        with pytest.raises(UnreachableError):
            run_script(login, "true")
        hanging_up.join()
    assert capfd.readouterr() == ("", "")


def test_standard_input_reaches_the_command_as_it_is() -> None:
    content = "-----BEGIN PRIVATE KEY-----\nä $(id) '\n" + "x" * 200_000
    with SshServer().serving() as server:
        run_script(server.login, "cat > key", stdin=content)
    assert server.asked == [("cat > key", content)]


def test_much_output_on_both_streams() -> None:
    with SshServer(lambda _command, _stdin: Reply("o" * 300_000, "e" * 300_000)).serving() as server:
        assert run_script(server.login, "cat", seconds=10) == "o" * 300_000


def test_commands_share_a_connection_and_one_that_fails_does_not_end_it() -> None:
    answering = SshServer(lambda command, stdin: Reply(stdin, code=int(command == "false")))
    with answering.serving() as server, connect(server.login) as shell:
        assert shell.run("cat", stdin="first") == "first"
        with pytest.raises(CommandError):
            shell.run("false")
        assert shell.run("cat", stdin="last") == "last"
    assert len(server.tried) == 1


def test_a_failing_command_shows_its_code_and_output_but_not_its_input() -> None:
    failing = SshServer(lambda _command, _stdin: Reply("some\n", "no space left\n", 28))
    with failing.serving() as server, pytest.raises(CommandError) as raised:
        run_script(server.login, "tee key", stdin="s3cret")
    assert str(raised.value) == (
        f"docker@127.0.0.1:{server.port}: tee key exited with 28:\n    some\n    no space left"
    )
    assert "s3cret" not in str(raised.value)


def test_a_command_that_ends_without_reading_all_its_input_tells_why() -> None:
    failing = SshServer(lambda _command, _stdin: Reply(errors="sudo: not found", code=127), reads=False)
    more_than_fits = "x" * 5_000_000
    with failing.serving() as server, pytest.raises(CommandError, match="exited with 127:\n    sudo: not found"):
        run_script(server.login, "sudo tee key", stdin=more_than_fits, seconds=10)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply("so far", ends=False, code=None), id="silent"),
        pytest.param(Reply("so far", code=None), id="without an exit code"),
    ],
)
def test_a_command_that_does_not_end(reply: Reply) -> None:
    stopped = pytest.raises(CommandError, match="sleep timed out and was stopped")
    with SshServer(lambda _command, _stdin: reply).serving() as server, stopped:
        run_script(server.login, "sleep", seconds=0.3)


def test_a_command_that_does_not_read_its_input() -> None:
    deaf = SshServer(lambda _command, _stdin: Reply(ends=False, code=None), reads=False)
    more_than_fits = "x" * 5_000_000
    with deaf.serving() as server, pytest.raises(CommandError, match="timed out and was stopped"):
        run_script(server.login, "sleep", stdin=more_than_fits, seconds=0.3)


def test_a_connection_that_breaks_is_a_failed_command() -> None:
    dropping = SshServer(lambda _command, _stdin: Reply(drops=True, code=None))
    with dropping.serving() as server, pytest.raises((UnreachableError, CommandError)):
        run_script(server.login, "shutdown -r now", seconds=10)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: paramiko.Ed25519Key.from_private_key(io.StringIO(ed25519())), id="of the same kind"),
        pytest.param(paramiko.ECDSAKey.generate, id="of another kind"),
    ],
)
def test_another_host_key_is_refused_before_anything_is_shown_to_it(other: Callable[[], paramiko.PKey]) -> None:
    expected = public(ed25519())
    with SshServer(host_key=other()).serving() as server:
        shown = server.login.host_key
        with pytest.raises(HostKeyError) as raised:
            run_script(replace(server.login, host_key=expected), "true", stdin="s3cret")
    assert str(raised.value) == (f"docker@127.0.0.1:{server.port} presented the host key {shown}, expected {expected}")
    assert (server.tried, server.asked) == ([], [])


def test_a_host_key_with_a_comment_is_the_same_key() -> None:
    with SshServer().serving() as server:
        run_script(replace(server.login, host_key=f"{server.login.host_key} root@registry0"), "true")
        assert wait_for_host_key("127.0.0.1", server.port, 10) == server.login.host_key


def test_a_server_that_refuses_the_key() -> None:
    with SshServer().serving() as server, pytest.raises(StackError, match="refuses the machine's SSH key"):
        run_script(replace(server.login, private_key=ed25519()), "true")
    assert server.asked == []


def test_no_other_key_of_the_user_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SshServer().serving() as server, socket.socket(socket.AF_UNIX) as agent:
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh" / "id_ed25519").write_text(server.user_key)
        agent.bind(str(tmp_path / "agent"))
        agent.listen()
        agent.setblocking(False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        with pytest.raises(StackError, match="refuses the machine's SSH key"):
            run_script(replace(server.login, private_key=ed25519()), "true")
        with pytest.raises(BlockingIOError):
            agent.accept()
    assert len(server.tried) == 1


def test_nobody_listens() -> None:
    login = replace(SshServer().login, port=closed_port())
    unreachable = pytest.raises(UnreachableError, match=rf"^docker@127.0.0.1:{login.port} can't be reached: .*connect")
    with unreachable, connect(login, 1):
        pass
    with pytest.raises(DeadlineError, match=rf"waiting for the SSH host key of 127.0.0.1:{login.port}; last error: "):
        wait_for_host_key("127.0.0.1", login.port, 0)


def test_somebody_listens_who_is_no_ssh_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(UnreachableError), connect(replace(SshServer().login, port=port), 0.2):
            pass


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat, password: bytes | None = None) -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


def readable(private_key: str) -> bool:
    """Whether a key is read, so that the server gets to see and refuse it."""
    with SshServer().serving() as server, pytest.raises(StackError) as raised:
        run_script(replace(server.login, private_key=private_key), "true")
    return "refuses the machine's SSH key" in str(raised.value)


def test_kinds_of_private_keys() -> None:
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    assert readable(pem(rsa_key, PrivateFormat.TraditionalOpenSSL)), "docker-machine's own"
    assert readable(pem(rsa_key, PrivateFormat.OpenSSH))
    assert readable(pem(ec_key, PrivateFormat.TraditionalOpenSSL))
    assert readable(pem(ec_key, PrivateFormat.OpenSSH))
    assert not readable(pem(rsa_key, PrivateFormat.TraditionalOpenSSL, b"secret"))


@pytest.mark.parametrize(
    "text", ["", "nonsense", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"]
)
def test_what_is_no_private_key(text: str) -> None:
    unreadable = pytest.raises(StackError, match="the machine's SSH key is neither an Ed25519, an ECDSA nor an RSA key")
    with SshServer().serving() as server, unreadable:
        run_script(replace(server.login, private_key=text), "true")
    assert server.tried == []


@pytest.mark.parametrize(
    "said", ["Authentication failed: transport shut down or saw EOF", "Authentication timeout."], ids=["broken", "slow"]
)
def test_a_login_that_breaks_off_is_not_a_refusal(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while a system boots or shuts down, when its users may not log in yet, or no more."""

    def break_off(*_: object, **__: object) -> None:
        raise paramiko.AuthenticationException(said)

    with SshServer().serving() as server:
        monkeypatch.setattr(paramiko.SSHClient, "connect", break_off)
        with pytest.raises(UnreachableError, match="can't be reached: Authentication"):
            run_script(server.login, "true")
