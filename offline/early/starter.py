"""Starts plugins while the program is still being imported.

The engine starts each plugin when it first needs it, one after the other, and waits for each; with five of them that is
a second and a half of every `up`. Here they start beside the program's imports, one at a time so that one core is left
to those, and are handed over when the engine asks their launcher (offline.early.launcher). One that nobody asks for
ends with the host.
"""

import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import IO

from offline.early.launcher import command, meeting_point

# in the order in which the program needs them; there are two Docker engines, the workstation's and the registry's
PLUGINS = ("pulumi.dynamic", "offline.tls", "offline.docker", "offline.docker", "offline.command")
_DAY = 24 * 3600.0


class EarlyPlugins:
    """The plugins for the engine at `engine` (host:port). `checkout` is where those of this package are."""

    def __init__(self, engine: str, checkout: str) -> None:
        self._engine = engine
        self._checkout = checkout
        self._path: Path | None = None
        self._started: list[subprocess.Popen[str]] = []
        self._ended = False
        self._lock = Lock()
        self._free = Counter(PLUGINS)
        self._ready: dict[str, SimpleQueue[tuple[subprocess.Popen[str], str]]] = {
            module: SimpleQueue() for module in PLUGINS
        }

    def start(self, folder: Path, environment: dict[str, str]) -> None:
        """Start them in `folder`, where there is a place to meet their launchers."""
        path = meeting_point(self._engine)
        with suppress(OSError):
            if path:
                listening = _listen(path)
                self._path = path
                Thread(target=self._start_all, args=[folder, environment], daemon=True).start()
                Thread(target=self._serve, args=[listening], daemon=True).start()

    def end(self) -> None:
        """End those that are still there; the launchers of those that were handed over see it."""
        self._ended = True
        if self._path:
            self._path.unlink(missing_ok=True)
        for plugin in self._started:
            plugin.terminate()

    def _start_all(self, folder: Path, environment: dict[str, str]) -> None:
        for module in PLUGINS:
            if not self._ended:
                plugin = self._start(module, folder, environment)
                port = plugin.stdout.readline() if plugin.stdout else ""
                self._ready[module].put((plugin, port))

    def _start(self, module: str, folder: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
        plugin = subprocess.Popen(
            command(module, self._engine),
            cwd=folder,
            env={**environment, "PYTHONPATH": self._checkout} if module.startswith("offline.") else environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,  # what becomes of one that nobody asks for is nobody's concern
            text=True,
            process_group=0,  # the engine interrupts the host with all that is in its group
        )
        self._started.append(plugin)
        return plugin

    def _serve(self, listening: socket.socket) -> None:
        while True:
            launcher, _ = listening.accept()
            Thread(target=self._hand_over, args=[launcher], daemon=True).start()

    def _hand_over(self, launcher: socket.socket) -> None:
        with launcher, launcher.makefile("r") as asked:
            module = asked.readline().strip()
            if not self._takes(module):
                return
            plugin, port = self._ready[module].get()
            if port:
                launcher.sendall(port.encode())
                for printed, shown in ((plugin.stdout, sys.stdout), (plugin.stderr, sys.stderr)):
                    Thread(target=_pass_on, args=[printed, shown], daemon=True).start()
                asked.read()  # nothing comes but its end
                plugin.terminate()

    def _takes(self, module: str) -> bool:
        with self._lock:
            free = self._free[module]
            self._free[module] = max(free - 1, 0)
        return free > 0


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # hosts that were killed have left theirs; another's that is younger may be in use
    for left in path.parent.glob("*.sock"):
        if left == path or left.stat().st_mtime < time.time() - _DAY:
            left.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    return listening


def _pass_on(printed: IO[str] | None, shown: IO[str]) -> None:
    for line in printed or ():
        shown.write(line)
