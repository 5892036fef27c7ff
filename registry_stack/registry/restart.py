"""Restarting the registry's container, so that it reads its files again, while clients push and pull.

A delayed connection does not break a push; a refused one does. So new connections are dropped on their way in, and
retried by their clients' systems, until the registry listens again. Open ones come to their end within
`http.draintimeout` of the registry's configuration.
"""

from pathlib import Path

from registry_stack.guest.scripts import load_script
from registry_stack.registry.configuration import DRAIN_SECONDS, PORT

CONTAINER = "registry"
LABEL = "registry-stack.starts-with"
"""The label of the container, which tells it from another one of that name."""
_RESTARTED = "restarted"
_SECONDS_TO_STOP = DRAIN_SECONDS + 2
_SECONDS_TO_LISTEN = 28
# no engine waits longer than 30 s for a connection, so it is of no use to turn it away any longer
_SECONDS_TURNED_AWAY = 30
_SCRIPT = Path(__file__).with_name("restart.sh")


def gentle_restart_script() -> str:
    """The script that restarts the container; run it as root.

    `restarted_at` reads what it prints. If the registry does not listen again, it fails with the last lines of the
    registry's log. Clients are let in again however the script ends: by its trap, or, if it is killed, by a process
    that outlives it. Without iptables it restarts the container all the same.
    """
    return load_script(
        _SCRIPT,
        CONTAINER=CONTAINER,
        LABEL=LABEL,
        PORT_IN_HEXADECIMAL=f"{PORT:04X}",
        SECONDS_TO_STOP=_SECONDS_TO_STOP,
        SECONDS_TO_LISTEN=_SECONDS_TO_LISTEN,
        SECONDS_TURNED_AWAY=_SECONDS_TURNED_AWAY,
        RESTARTED=_RESTARTED,
    )


def restarted_at(printed: str) -> int | None:
    """The machine's port that leads to the registry which the script has restarted; None if there is no container."""
    words = printed.split()
    return int(words[1]) if words[:1] == [_RESTARTED] else None
