"""One command over an SSH connection, with its output as it comes."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TypeAlias

import paramiko
from paramiko.common import cMSG_CHANNEL_REQUEST

from offline.kit.resource import PluginError

_CHUNK = 32768
OnLine: TypeAlias = Callable[[str], None]


class NotAcceptedError(PluginError):
    """The server does not take an environment variable."""


@dataclass(slots=True)
class Output:
    """What a command wrote: each stream, and both in the order in which it arrived."""

    stdout: str = ""
    stderr: str = ""
    combined: str = ""
    lock: Lock = field(default_factory=Lock)


class Session:
    """A channel for one command, with the variables that it is to find."""

    def __init__(self, transport: paramiko.Transport, cancelled: Event) -> None:
        self._transport = transport
        self._cancelled = cancelled
        self._variables: dict[str, str] = {}
        self._channel = self._open()

    def set_variable(self, name: str, value: str) -> None:
        """Set an environment variable for the command; NotAcceptedError when the server refuses it."""
        if not _set_variable(self._transport, self._channel, name, value):
            # paramiko closes a channel of which the server refused something.
            self._channel = self._open()
            raise NotAcceptedError(f"could not set environment variable {name!r}: the server's AcceptEnv must allow it")
        self._variables[name] = value

    def run(self, text: str, stdin: str, *, on_stdout: OnLine | None, on_stderr: OnLine | None) -> Output:
        """Run the command to its end; PluginError with its output when it ends otherwise than with code 0."""
        output = Output()
        channel = self._channel
        with _reported():
            channel.exec_command(text)
        followers = [
            Thread(target=_follow, args=(channel.recv, "stdout", output, on_stdout), daemon=True),
            Thread(target=_follow, args=(channel.recv_stderr, "stderr", output, on_stderr), daemon=True),
        ]
        for thread in (Thread(target=_feed, args=(channel, stdin.encode()), daemon=True), *followers):
            thread.start()
        for thread in followers:
            while thread.is_alive():
                thread.join(0.2)
                if self._cancelled.is_set():
                    channel.close()
        status = channel.recv_exit_status()
        if status != 0:
            ending = f"Process exited with status {status}" if status > 0 else "the process or connection was cut off"
            raise PluginError(f"{ending}: running {text!r}:\n{output.combined}")
        return output

    def _open(self) -> paramiko.Channel:
        with _reported():
            channel = self._transport.open_session()
        for name, value in self._variables.items():
            _set_variable(self._transport, channel, name, value)
        return channel


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise PluginError(f"ssh: {str(error) or 'connection closed'}") from None


def _set_variable(transport: paramiko.Transport, channel: paramiko.Channel, name: str, value: str) -> bool:
    # paramiko's own method asks for no answer, so that a command would run without its variables unnoticed. This is
    # that method with the question, hence its private parts.
    message = paramiko.Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("env")
    message.add_boolean(True)
    message.add_string(name)
    message.add_string(value)
    channel._event_pending()  # type: ignore[attr-defined]  # private, see above
    transport._send_user_message(message)  # type: ignore[attr-defined]  # private, see above
    try:
        channel._wait_for_event()  # type: ignore[attr-defined]  # private, see above
    except paramiko.SSHException:
        return False
    return True


def _feed(channel: paramiko.Channel, data: bytes) -> None:
    try:
        channel.sendall(data)
        channel.shutdown_write()
    except OSError:
        # A command that ends without reading all of its input says by its exit code how it went.
        return


def _follow(receive: Callable[[int], bytes], stream: str, output: Output, on_line: OnLine | None) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    pending = ""
    while data := receive(_CHUNK):
        text = decoder.decode(data)
        with output.lock:
            setattr(output, stream, getattr(output, stream) + text)
            output.combined += text
        *lines, pending = (pending + text).split("\n")
        for line in lines:
            if on_line:
                on_line(line)
    if pending and on_line:
        on_line(pending)
