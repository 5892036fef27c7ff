"""Restarting the registry's container, so that it reads its files anew, while clients push and pull.

A connection that is delayed does not break a push, one that is refused does. So new connections are dropped on their
way in, and tried again by their clients' systems, until the registry listens again; those that are open come to their
end within `http.draintimeout` of the registry's configuration.
"""

from pathlib import Path

from registry_stack.guest.scripts import load_script
from registry_stack.registry.configuration import DRAIN_SECONDS, PORT

CONTAINER = "registry"
LABEL = "registry-stack.starts-with"
"""The label of the container, which tells it from another's of that name."""
_RESTARTED = "restarted"
_SECONDS_TO_STOP = DRAIN_SECONDS + 2
_SECONDS_TO_LISTEN = 28
# no engine waits longer than 30 s for a connection, so nothing is won by turning it away any longer
_SECONDS_TURNED_AWAY = 30
_SCRIPT = Path(__file__).with_name("restart.sh")


def gentle_restart_script() -> str:
    """The script that restarts the container; run it as root.

    `restarted_at` reads what it prints. It fails with the registry's last words if that does not listen again. Clients
    are let in again however the script ends: by its trap, or, if it is killed, by a process that outlives it. Without
    iptables the restart is done all the same.
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
