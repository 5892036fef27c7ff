"""Changing the address of a machine that needs no reboot for it.

The connection breaks when the address goes. So the machine does the change by itself, and goes back to what it had if
its own tools refuse, or if nobody comes to the new address to confirm it.
"""

from dataclasses import replace

from registry_stack.common.errors import CommandError, MachineError, UnreachableError
from registry_stack.common.waiting import wait_for, wait_until
from registry_stack.guest import address_changes
from registry_stack.guest.addresses import GUESTS, Guest, on_interface, which_guest
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import answers, answers_soon
from registry_stack.remote.ssh import run_as_root

_SECONDS_TO_GO_BACK = 60.0
_SECONDS_TO_SAY = 10
# the exit code of a command whose connection broke
_CUT = (None, -1)


def guest_of(machine: Login, interface: str) -> Guest | None:
    """How the machine's interface is configured, or None if it is in no way that is known."""
    return GUESTS.get(run_as_root(machine, which_guest(interface)).strip())


def change_address(now: Login, there: Login, guest: Guest, interface: str, document: str, seconds: float) -> None:
    """Changes a machine to its address in the document. Raises MachineError, with the machine's own words, if it has
    gone back."""
    _begin(now, address_changes.change_address(guest, interface), document)

    def changed() -> bool | None:
        if answers_soon(there):
            run_as_root(there, address_changes.confirm_address())
            return True
        why, _, said = run_as_root(now, address_changes.read_ended(), seconds=_SECONDS_TO_SAY).strip().partition("\n")
        if why:
            raise MachineError(f"{now} has gone back to that address, as the change to {there.host} was {why}:\n{said}")
        return None

    wait_for(f"{there} with the same host key", changed, seconds, failures=(OSError, CommandError))


def leave_address(there: Login, first: str, interface: str) -> None:
    """Takes away the configuration of a machine's static address, so that it goes back to what it had before.

    It is waited for at `first`, its earlier address, but may get another one.
    """
    guest = guest_of(there, interface)
    if guest is None:
        return
    if guest.reboots or first == there.host:
        run_as_root(there, on_interface(interface, guest.remove))
        return
    _begin(there, address_changes.leave_address(guest, interface), "")
    before = replace(there, host=first)
    wait_until(f"{there} to go back to {first}", lambda: answers(before) or not answers(there), _SECONDS_TO_GO_BACK)


def _begin(machine: Login, script: str, document: str) -> None:
    try:
        run_as_root(machine, script, stdin=document, purpose="changing the address")
    except UnreachableError:
        return  # the change was quicker than its answer
    except CommandError as error:
        if error.code not in _CUT:
            raise
