"""An SSH server on loopback that runs real commands, in this process."""

import contextlib
import io
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED


def key_text() -> str:
    """A new ed25519 key in PEM format, as the tls plugin writes them."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ed25519.Ed25519PrivateKey.generate().private_bytes(*form).decode()


def public_line(pem: str) -> str:
    """The key's line for authorized_keys, known_hosts and `hostKey`."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    form = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return key.public_key().public_bytes(*form).decode()


def _paramiko_key(pem: str) -> paramiko.Ed25519Key:
    key = serialization.load_pem_private_key(pem.encode(), None)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    return paramiko.Ed25519Key.from_private_key(io.StringIO(key.private_bytes(*form).decode()))


@dataclass
class SshServer:
    """What the server accepts, what it saw, and where it is."""

    user_key: str = field(default_factory=key_text)
    host_key: str = field(default_factory=key_text)
    password: str = "swordfish"  # noqa: S105 - of a server that lives for one test
    accepted: frozenset[str] = frozenset({"GREETING", "PULUMI_COMMAND_STDOUT"})
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    refuse_first: int = 0
    port: int = 0

    @contextlib.contextmanager
    def running(self) -> Iterator["SshServer"]:
        """Serve until the end of the block."""
        with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as transports:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listener, transports))
            thread.start()
            try:
                yield self
            finally:
                # Closing a socket does not wake the thread that waits on it; shutting it down does.
                listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _accept(self, listener: socket.socket, transports: contextlib.ExitStack) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.connections <= self.refuse_first:
                connection.close()
                continue
            transport = paramiko.Transport(connection)
            transports.callback(transport.close)
            transport.add_server_key(_paramiko_key(self.host_key))
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                # A client that refuses the host key leaves in the middle of the handshake.
                transport.start_server(server=_Session(self))


class _Session(paramiko.ServerInterface):
    def __init__(self, server: SshServer) -> None:
        self._server = server
        self._environment: dict[str, str] = {"PATH": "/usr/bin:/bin"}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == "docker" and key == _paramiko_key(self._server.user_key)
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        known = (username, password) == ("docker", self._server.password)
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_env_request(self, channel: paramiko.Channel, name: bytes, value: bytes) -> bool:
        accepted = name.decode() in self._server.accepted
        if accepted:
            self._environment[name.decode()] = value.decode()
        return accepted

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._server.commands.append(command.decode())
        threading.Thread(target=self._execute, args=(channel, command.decode()), daemon=True).start()
        return True

    def _execute(self, channel: paramiko.Channel, command: str) -> None:
        stdin = b"".join(iter(lambda: channel.recv(65536), b""))
        shell = ["/bin/sh", "-c", command]
        ended = subprocess.run(shell, input=stdin, capture_output=True, env=self._environment, check=False)
        channel.sendall(ended.stdout)
        channel.sendall_stderr(ended.stderr)
        if ended.returncode >= 0:
            channel.send_exit_status(ended.returncode)
        channel.close()
