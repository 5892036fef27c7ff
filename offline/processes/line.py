"""The conversation between the language host and one of its processes."""

import os
import socket
from contextlib import suppress
from threading import Lock, Thread

_LENGTH = 4


class Line:
    """One of its two ends. The process is to end when the host's end is gone, so that none outlives a host."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._speaking = Lock()

    def send(self, content: bytes) -> None:
        """Say something. Raises OSError if nobody is left to hear it."""
        with self._speaking:
            self._end.sendall(len(content).to_bytes(_LENGTH) + content)

    def receive(self) -> bytes | None:
        """What the other end says next; None if it is gone."""
        length = self._exactly(_LENGTH)
        return None if length is None else self._exactly(int.from_bytes(length))

    def close(self) -> None:
        """End it, also for a thread that waits for something to be said."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)

    def _exactly(self, count: int) -> bytes | None:
        content = bytearray()
        while len(content) < count:
            try:
                part = self._end.recv(count - len(content))
            except OSError:
                return None
            if not part:
                return None
            content += part
        return bytes(content)


def end_with(line: Line) -> None:
    """End this process, whatever it is at, when the host's end of its line is gone."""
    Thread(target=_wait_for_end, args=[line], daemon=True).start()


def _wait_for_end(line: Line) -> None:
    while line.receive() is not None:
        pass
    os._exit(0)
