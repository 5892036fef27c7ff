"""Rebooting a machine, and knowing that it really rebooted."""

import socket
from contextlib import suppress
from dataclasses import replace

from registry_stack.common.errors import CommandError, HostKeyError, UnreachableError
from registry_stack.common.waiting import wait_until
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root, run_script

_SECONDS_TO_ANSWER = 1
_BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def reboot(login: Login, address: str, seconds: float) -> None:
    """Reboots a machine and waits, at most `seconds`, until it has rebooted and answers at `address`.

    By its own `shutdown`, because docker-machine's restart waits at the old address.
    """
    before = run_script(login, _BOOT_ID)
    with suppress(UnreachableError, CommandError):  # the connection may break before the command has ended
        run_as_root(login, "shutdown -r now", seconds=10)
    there = replace(login, host=address)

    def has_rebooted() -> bool:
        return run_script(there, _BOOT_ID) != before

    wait_until(f"the reboot of {login}", has_rebooted, seconds, failures=(UnreachableError, CommandError))


def is_at(login: Login) -> bool:
    """Whether this machine, and no other, is at that address. If nothing answers within a second, it is not."""
    try:
        return answers_soon(login)
    except (OSError, HostKeyError):
        return False


def answers_soon(login: Login) -> bool:
    """Whether the machine answers there within a second. Raises HostKeyError if another one does."""
    try:
        socket.create_connection((login.host, login.port), timeout=_SECONDS_TO_ANSWER).close()
    except OSError:
        return False
    return answers(login)


def answers(login: Login) -> bool:
    """Whether the machine with that host key answers there right now."""
    try:
        run_script(login, "true")
    except UnreachableError:
        return False
    return True
