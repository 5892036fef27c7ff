"""SSH to a machine whose host key is pinned."""

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from registry_stack.common.errors import CommandError, HostKeyError, StackError, UnreachableError
from registry_stack.common.lazy import paramiko
from registry_stack.common.waiting import wait_for
from registry_stack.guest.scripts import NO_ROOT, Command, as_root, as_user
from registry_stack.remote.credentials import credentials
from registry_stack.remote.host_keys import pinned_key, prefer
from registry_stack.remote.login import Login
from registry_stack.remote.mark import Mark

# an error is told in one line; paramiko would log a traceback of it as well
logging.getLogger("paramiko").addHandler(logging.NullHandler())
# paramiko has no other way to tell
_BROKEN_OFF = ("transport shut down", "Authentication timeout")
MOST = 2**20
"""How many bytes are read of what a script prints, on each of its streams."""


@dataclass(frozen=True)
class Shell:
    """A connection to a machine, on which scripts run one after the other. One that prints more than MOST bytes, or as
    many as are asked for, is ended: no host can fill this one's memory."""

    login: Login
    client: "paramiko.SSHClient"

    def run(self, script: str, *, stdin: str = "", seconds: float = 60, purpose: str = "", most: int = MOST) -> str:
        """Runs a script of the POSIX shell, and returns what it printed; nothing else that the session says counts.

        Secrets go through `stdin`, never into the script. One that prints nothing for `seconds` counts as one that does
        not end. If it fails, the CommandError names its `purpose`, or else shows the script.
        """
        return self._run(script, as_user, stdin, seconds, purpose, most)

    def run_as_root(
        self, script: str, *, stdin: str = "", seconds: float = 60, purpose: str = "", most: int = MOST
    ) -> str:
        """The same as root. Raises StackError for a user who can't become root."""
        return self._run(script, as_root, stdin, seconds, purpose, most)

    def _run(
        self, script: str, by: Callable[[str], Command], stdin: str, seconds: float, purpose: str, most: int
    ) -> str:
        shown = [f"{purpose} on {self.login}"] if purpose else [f"{self.login}:", script]
        mark = Mark()
        command = by(mark.around(script))
        channel = self.client.get_transport().open_session(timeout=seconds)  # type: ignore[union-attr]  # set by a connected client
        channel.settimeout(seconds)
        channel.exec_command(command.line)
        try:
            _send(channel, command.head + stdin)
            output, errors = _read(channel, most)
            if not channel.status_event.wait(seconds):  # recv_exit_status would wait for ever
                raise TimeoutError
        except TimeoutError:
            raise CommandError(shown, None, "") from None
        except _TooMuchError:
            raise StackError(f"{' '.join(shown)}: printed more than {most} bytes, and was stopped") from None
        code, said = channel.recv_exit_status(), mark.between(output)
        if said is None and NO_ROOT in output.splitlines():
            raise StackError(
                f"{self.login} can't become root: neither sudo nor doas lets that user without a password. Allow one "
                "of them without a password, or log in as root"
            )
        if code or said is None:
            raise CommandError(shown, code, (said if said is not None else output) + mark.after(errors))
        return said


@contextmanager
def connect(login: Login, seconds: float = 15) -> Iterator[Shell]:
    """Connects, and yields a shell. Raises HostKeyError, UnreachableError, or StackError if the login is refused."""
    pinned, own = pinned_key(login), credentials(login)
    try:
        with paramiko.SSHClient() as client:
            name = login.host if login.port == 22 else f"[{login.host}]:{login.port}"
            client.get_host_keys().add(name, pinned.get_name(), pinned)
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
                transport_factory=partial(_prompt, login.host_key),
            )
            yield Shell(login, client)
    except paramiko.BadHostKeyException as error:
        other = f"{error.key.get_name()} {error.key.get_base64()}"
        raise HostKeyError(f"{login} presented the host key {other}, expected {login.host_key}") from None
    except paramiko.ssh_exception.IncompatiblePeer as error:
        raise _incompatible(login, error) from None
    except paramiko.AuthenticationException as error:
        # a system that boots or shuts down, and one that loses its address meanwhile, breaks the connection off
        if any(each in str(error) for each in _BROKEN_OFF):
            raise UnreachableError(login, error) from None
        raise StackError(f"{login} refuses {own.called}") from None
    except _not_yet() as error:
        raise UnreachableError(login, error) from None


def run_script(login: Login, script: str, *, stdin: str = "", seconds: float = 60, purpose: str = "") -> str:
    """Runs one script on a connection of its own, as Shell.run does."""
    with connect(login) as shell:
        return shell.run(script, stdin=stdin, seconds=seconds, purpose=purpose)


def run_as_root(login: Login, script: str, *, stdin: str = "", seconds: float = 60, purpose: str = "") -> str:
    """Runs one script on a connection of its own, as Shell.run_as_root does."""
    with connect(login) as shell:
        return shell.run_as_root(script, stdin=stdin, seconds=seconds, purpose=purpose)


def _prompt(host_key: str, connection: Any, **options: Any) -> "paramiko.Transport":
    # small packets would wait for the acknowledgement of the one before, some 40 ms for each command
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(connection, **options)
    prefer(transport, host_key)
    return transport


def _send(channel: "paramiko.Channel", stdin: str) -> None:
    try:
        channel.sendall(stdin.encode())
        channel.shutdown_write()
    except TimeoutError:
        raise
    except OSError:
        return  # the command ended without reading it all: its exit code tells more


def _read(channel: "paramiko.Channel", most: int) -> tuple[str, str]:
    """What comes on both streams until they end. Raises _TooMuchError as soon as one has more than `most` bytes."""
    streams = (channel.makefile("rb"), channel.makefile_stderr("rb"))

    def read(stream: "paramiko.ChannelFile") -> str:
        content: bytes = stream.read(most + 1)
        if len(content) > most:
            channel.close()  # which ends the other stream, and on its side the script's
            raise _TooMuchError
        return content.decode("utf-8", "replace")

    with ThreadPoolExecutor(len(streams)) as together:
        output, errors = together.map(read, streams)
    return output, errors


class _TooMuchError(Exception):
    """A script printed more than is read of it."""


def _not_yet() -> tuple[type[Exception], ...]:
    """What a connection fails with to a server that does not answer, or not properly yet."""
    return OSError, EOFError, paramiko.SSHException


def _incompatible(server: object, error: Exception) -> HostKeyError:
    """A server that this program can't speak with never has the host key that is looked for."""
    return HostKeyError(f"{server} knows no algorithm that is still safe: {error}")


def wait_for_host_key(host: str, port: int, seconds: float, like: str = "") -> str:
    """The host key that a server presents, "type base64": trust on first use, for machines whose key is not known.

    If the server has several, it is asked for one of the same kind as the key `like`. Raises HostKeyError for a server
    of algorithms that nobody should use any more.
    """

    def read_key() -> str:
        with socket.create_connection((host, port), timeout=10) as connection:
            transport = paramiko.Transport(connection)
            prefer(transport, like)
            try:
                transport.start_client(timeout=10)
                key = transport.get_remote_server_key()
                return f"{key.get_name()} {key.get_base64()}"
            except paramiko.ssh_exception.IncompatiblePeer as error:
                raise _incompatible(f"{host}:{port}", error) from None
            finally:
                transport.close()

    return wait_for(f"the SSH host key of {host}:{port}", read_key, seconds, failures=_not_yet())
