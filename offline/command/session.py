"""One command over an SSH connection, with its output as it comes."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import paramiko
from paramiko import Channel
from paramiko.common import cMSG_CHANNEL_REQUEST

from offline.plugin.resource import Failure

_CHUNK = 32768


class NotAccepted(Failure):
    """The server does not take an environment variable."""


@dataclass(slots=True)
class Output:
    """What a command wrote: each stream, and both in the order in which it arrived."""

    stdout: str = ""
    stderr: str = ""
    combined: str = ""
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and who hears each line of its two streams meanwhile."""

    text: str
    stdin: str = ""
    on_stdout: Callable[[str], None] | None = None
    on_stderr: Callable[[str], None] | None = None


def set_variable(channel: paramiko.Channel, name: str, value: str) -> None:
    """Set an environment variable for the command to come; NotAccepted when the server refuses it.

    paramiko's own method does not ask for an answer, and a command would run without its variables unnoticed.
    """
    message = paramiko.Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("env")
    message.add_boolean(True)
    message.add_string(name)
    message.add_string(value)
    channel._event_pending()
    channel.transport._send_user_message(message)
    try:
        channel._wait_for_event()
    except paramiko.SSHException:
        raise NotAccepted(
            f"could not set environment variable {name!r}: the server needs an AcceptEnv for it"
        ) from None


def run(channel: paramiko.Channel, command: Command, cancelled: Event) -> Output:
    """Run the command to its end; Failure with its output when it ends otherwise than with code 0."""
    output = Output()
    channel.exec_command(command.text)
    threads = [
        Thread(target=_feed, args=(channel, command.stdin.encode()), daemon=True),
        Thread(target=_follow, args=(channel.recv, "stdout", output, command.on_stdout), daemon=True),
        Thread(target=_follow, args=(channel.recv_stderr, "stderr", output, command.on_stderr), daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        while thread.is_alive():
            thread.join(0.2)
            if cancelled.is_set():
                channel.close()
    status = channel.recv_exit_status()
    if status != 0:
        ending = f"Process exited with status {status}" if status > 0 else "the connection or the process was cut off"
        raise Failure(f"{ending}: running {command.text!r}:\n{output.combined}")
    return output


def _feed(channel: paramiko.Channel, data: bytes) -> None:
    try:
        channel.sendall(data)
        channel.shutdown_write()
    except OSError:
        # A command that ends without reading all of its input says by its exit code how it went.
        return


def _follow(
    receive: Callable[[int], bytes], stream: str, output: Output, on_line: Callable[[str], None] | None
) -> None:
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
