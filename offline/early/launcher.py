"""Becomes a plugin, or stands for one that the language host has started already (see offline.early.starter).

python -m offline.early.launcher MODULE ... ENGINE, where MODULE is else run as `python -m MODULE ENGINE`
"""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path


def meeting_point(engine: str) -> Path | None:
    """The socket of the language host that works for the engine at `engine` (host:port); only its user gets there."""
    home = os.environ.get("PULUMI_HOME")
    return Path(home) / "early" / f"{engine.rpartition(':')[2]}.sock" if home else None


def command(module: str, engine: str) -> list[str]:
    """What starts a plugin. Dynamic providers import from the folder that they are started in, others don't."""
    path = ["-P"] if module.startswith("offline.") else []
    return [sys.executable, "-u", *path, "-m", module, engine]


def main(module: str, engine: str) -> None:
    """Print the port of a plugin and stay until somebody ends it, or become the plugin."""
    if stood_for(module, engine):
        return
    if not module.startswith("offline."):
        os.environ.pop("PYTHONPATH", None)
    os.execv(sys.executable, command(module, engine))  # noqa: S606  # no shell is what is wanted


def stood_for(module: str, engine: str) -> bool:
    """Whether a language host had the plugin; then this returns when it ends."""
    path = meeting_point(engine)
    # a path may be too long for a socket, too: a plugin that was not started early is no failure
    with suppress(OSError), socket.socket(socket.AF_UNIX) as host:
        if path:
            host.connect(str(path))
            host.sendall(f"{module}\n".encode())
            if port := host.recv(16):
                os.write(sys.stdout.fileno(), port)
                host.recv(1)  # nothing comes but its end
                return True
    return False


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # so the engine ends its plugins
        main(sys.argv[1], sys.argv[-1])
