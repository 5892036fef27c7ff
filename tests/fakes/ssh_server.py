"""An SSH server on loopback, in this process: commands are answered by a function, and remembered."""

import io
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from registry_stack.remote.login import Login
from tests.fakes.session import Asked, read_session


@dataclass(frozen=True)
class Reply:
    """What a script prints and how it ends: without a code it does not say, with `drops` the connection breaks. With
    `raw` the output has no marks around it."""

    output: str = ""
    errors: str = ""
    code: int | None = 0
    ends: bool = True
    drops: bool = False
    raw: bool = False


Answer = Callable[[str, str], Reply]


def ed25519() -> str:
    """A new private key, as OpenSSH text."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def line(key: paramiko.PKey) -> str:
    """A public key, as `type base64`."""
    return f"{key.get_name()} {key.get_base64()}"


def public(private: str) -> str:
    """The public key of an Ed25519 one, as `type base64`."""
    return line(paramiko.Ed25519Key.from_private_key(io.StringIO(private)))


@dataclass
class SshServer:
    """A server for one user's key. It listens at two addresses of loopback, and hangs up at those not in `hosts`.

    Beside its host key it may have others, each of another kind; `signs` limits how it signs with them.

    `asked` has the scripts with what they were given on standard input, of which no more than a byte is read unless it
    `reads`; `lines` has the command lines that they came with, `tried` the users. `noise` is what the login shell
    prints by itself.
    """

    answer: Answer = lambda _command, _stdin: Reply()
    host_key: paramiko.PKey = field(
        default_factory=lambda: paramiko.Ed25519Key.from_private_key(io.StringIO(ed25519()))
    )
    user_key: str = field(default_factory=ed25519)
    asked: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    noise: str = ""
    reads: bool = True
    port: int = 0
    hosts: set[str] = field(default_factory=lambda: {"127.0.0.1"})
    other_keys: Sequence[paramiko.PKey] = ()
    signs: Sequence[str] = ()

    @property
    def login(self) -> Login:
        return Login("127.0.0.1", "docker", self.user_key, line(self.host_key), self.port)

    @contextmanager
    def serving(self) -> Iterator["SshServer"]:
        with socket.create_server(("127.0.0.1", 0)) as one:
            self.port = one.getsockname()[1]
            with socket.create_server(("127.0.0.2", self.port)) as other:
                accepting = [threading.Thread(target=self._accept, args=[each]) for each in (one, other)]
                for each in accepting:
                    each.start()
                try:
                    yield self
                finally:
                    for listening in (one, other):
                        with suppress(OSError):
                            listening.shutdown(socket.SHUT_RDWR)
                    for each in accepting:
                        each.join()

    def _accept(self, listening: socket.socket) -> None:
        transports = []
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                break
            if connection.getsockname()[0] not in self.hosts:
                connection.close()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as sshd does
            transport = paramiko.Transport(connection)
            transports.append(transport)
            for key in (self.host_key, *self.other_keys):
                transport.add_server_key(key)
            if self.signs:
                transport.get_security_options().key_types = tuple(self.signs)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Session(self, transport), event=threading.Event())
        for transport in transports:
            with suppress(OSError):
                # its thread would look whether it is to end every 0.1 s only
                transport.sock.shutdown(socket.SHUT_RDWR)
            transport.close()
            transport.join()
            transport.sock.close()


class _Session(paramiko.ServerInterface):
    def __init__(self, server: SshServer, transport: paramiko.Transport) -> None:
        self._server = server
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._server.tried.append(username)
        known = line(key) == public(self._server.user_key)
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=[channel, command.decode()], daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        with suppress(OSError, EOFError):
            self._server.lines.append(command)
            stdin = (channel.makefile("rb").read() if self._server.reads else channel.recv(1)).decode()
            asked = read_session(command, stdin) if self._server.reads else Asked(command, False, stdin, "")
            self._server.asked.append((asked.script, asked.data))
            reply = self._server.answer(asked.script, asked.data)
            output = reply.output if reply.raw else asked.marked(reply.output)
            channel.sendall((self._server.noise + output).encode())
            channel.sendall_stderr(f"{self._server.noise}{asked.mark}\n{reply.errors}".encode())
            if reply.drops:
                self._transport.close()
            if reply.code is not None:
                channel.send_exit_status(reply.code)
            if reply.ends:
                channel.shutdown_write()
                if reply.code is not None:
                    channel.close()
