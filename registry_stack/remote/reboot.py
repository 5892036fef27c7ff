"""Rebooting a machine and knowing that it really did. Nothing of Pulumi here."""

import socket
from contextlib import suppress
from dataclasses import replace

from registry_stack.common.errors import CommandError, HostKeyError, UnreachableError
from registry_stack.common.waiting import wait_until
from registry_stack.guest.scripts import as_root
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_command

_SECONDS_TO_ANSWER = 1
_BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def reboot(login: Login, address: str, seconds: float) -> None:
    """Reboots a machine and waits, at most `seconds`, until it has booted anew and answers at `address`.

    Its own `shutdown` rather than docker-machine's restart: that one waits at the address from before.
    """
    before = run_command(login, _BOOT_ID)
    with suppress(UnreachableError, CommandError):  # the connection may break before the command has ended
        run_command(login, as_root("shutdown -r now"), seconds=10)
    there = replace(login, host=address)

    def has_rebooted() -> bool:
        return run_command(there, _BOOT_ID) != before

    wait_until(f"the reboot of {login}", has_rebooted, seconds, failures=(UnreachableError, CommandError))


def is_at(login: Login) -> bool:
    """Whether the machine, and no other, is at that address; a second without an answer means that it is not."""
    try:
        socket.create_connection((login.host, login.port), timeout=_SECONDS_TO_ANSWER).close()
        return answers(login)
    except (OSError, HostKeyError):
        return False


def answers(login: Login) -> bool:
    """Whether the machine with that host key answers there right now."""
    try:
        run_command(login, "true")
    except UnreachableError:
        return False
    return True
