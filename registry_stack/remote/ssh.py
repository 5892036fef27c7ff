"""SSH to a machine whose host key is pinned."""

import logging
import socket
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from registry_stack.common.errors import CommandError, HostKeyError, StackError, UnreachableError
from registry_stack.common.lazy import paramiko
from registry_stack.common.waiting import wait_for
from registry_stack.remote.credentials import credentials
from registry_stack.remote.login import Login

# an error is told in one line; paramiko would log a traceback of it as well
logging.getLogger("paramiko").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Shell:
    """A connection to a machine, on which commands run one after the other."""

    login: Login
    client: "paramiko.SSHClient"

    def run(self, command: str, *, stdin: str = "", seconds: float = 60, purpose: str = "") -> str:
        """Runs a shell command and returns what it printed. Secrets go through `stdin`, never into `command`.

        A command that prints nothing for `seconds` counts as one that does not end. If it fails, the CommandError names
        its `purpose`, or else shows the command.
        """
        shown = [f"{purpose} on {self.login}"] if purpose else [f"{self.login}:", command]
        channel = self.client.get_transport().open_session(timeout=seconds)  # type: ignore[union-attr]  # set by a connected client
        channel.settimeout(seconds)
        channel.exec_command(command)
        try:
            _send(channel, stdin)
            output = channel.makefile("rb").read().decode("utf-8", "replace")
            errors = channel.makefile_stderr("rb").read().decode("utf-8", "replace")
            if not channel.status_event.wait(seconds):  # recv_exit_status would wait for ever
                raise TimeoutError
        except TimeoutError:
            raise CommandError(shown, None, "") from None
        if code := channel.recv_exit_status():
            raise CommandError(shown, code, output + errors)
        return output


@contextmanager
def connect(login: Login, seconds: float = 15) -> Iterator[Shell]:
    """Connects, and yields a shell. Raises HostKeyError, UnreachableError, or StackError if the login is refused."""
    kind, encoded = login.host_key.split()[:2]
    try:
        pinned = paramiko.PKey.from_type_string(kind, b64decode(encoded))
    except (ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise HostKeyError(f"the pinned host key of {login} is not valid: {login.host_key}") from None
    own = credentials(login)
    try:
        with paramiko.SSHClient() as client:
            name = login.host if login.port == 22 else f"[{login.host}]:{login.port}"
            client.get_host_keys().add(name, kind, pinned)
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            client.connect(
                login.host,
                login.port,
                login.user,
                pkey=own.key,
                timeout=seconds,
                banner_timeout=seconds,
                auth_timeout=seconds,
                allow_agent=own.agent,
                look_for_keys=False,
                transport_factory=_prompt,
            )
            yield Shell(login, client)
    except paramiko.BadHostKeyException as error:
        other = f"{error.key.get_name()} {error.key.get_base64()}"
        raise HostKeyError(f"{login} presented the host key {other}, expected {login.host_key}") from None
    except paramiko.AuthenticationException:
        raise StackError(f"{login} refuses {own.called}") from None
    except _not_yet() as error:
        raise UnreachableError(login, error) from None


def run_command(login: Login, command: str, *, stdin: str = "", seconds: float = 60, purpose: str = "") -> str:
    """Runs one command on a connection of its own, as Shell.run does."""
    with connect(login) as shell:
        return shell.run(command, stdin=stdin, seconds=seconds, purpose=purpose)


def _prompt(connection: Any, **options: Any) -> "paramiko.Transport":
    # small packets would wait for the acknowledgement of the one before, some 40 ms for each command
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return paramiko.Transport(connection, **options)


def _send(channel: "paramiko.Channel", stdin: str) -> None:
    try:
        channel.sendall(stdin.encode())
        channel.shutdown_write()
    except TimeoutError:
        raise
    except OSError:
        return  # the command ended without reading it all: its exit code tells more


def _not_yet() -> tuple[type[Exception], ...]:
    """What a connection fails with to a server that does not answer, or not properly yet."""
    return OSError, EOFError, paramiko.SSHException


def wait_for_host_key(host: str, port: int, seconds: float) -> str:
    """The host key that a server presents, "type base64": trust on first use, for machines whose key is not known."""

    def read_key() -> str:
        with socket.create_connection((host, port), timeout=10) as connection:
            transport = paramiko.Transport(connection)
            transport.get_security_options().key_types = ("ssh-ed25519", "ecdsa-sha2-nistp256")
            try:
                transport.start_client(timeout=10)
                key = transport.get_remote_server_key()
                return f"{key.get_name()} {key.get_base64()}"
            finally:
                transport.close()

    return wait_for(f"the SSH host key of {host}:{port}", read_key, seconds, failures=_not_yet())
