"""Scripts for a guest that changes its address by itself, as the connection breaks meanwhile."""

from pathlib import Path, PurePosixPath

from registry_stack.guest.addresses import Guest, on_interface
from registry_stack.guest.scripts import load_script

STATE = PurePosixPath("/run/registry-stack-address")
"""Where a change of address notes how it goes: `log` has its words, `ended` exists if it went back."""
_HERE = Path(__file__).parent
_SECONDS_TO_CONFIRM = 120


def change_address(guest: Guest, interface: str) -> str:
    """The script that makes a guest, which does not reboot, change to the document on standard input.

    It ends at once; the change goes on by itself, and notes in STATE how. It has to be confirmed.
    """
    return _detached(guest, interface, "change_address.sh", begin=f"cat >{STATE}/document; test -s {STATE}/document")


def confirm_address() -> str:
    """The script that confirms a change of address: somebody has come to the new one."""
    return f"if [ -d {STATE} ]; then touch {STATE}/confirmed; fi"


def read_ended() -> str:
    """The script that prints why a change of address has ended, and what was said, or nothing if it has not."""
    return f"if [ -e {STATE}/ended ]; then cat {STATE}/ended {STATE}/log; fi"


def leave_address(guest: Guest, interface: str) -> str:
    """The script that makes a guest, which does not reboot, go back to what it had before. It ends at once."""
    return _detached(guest, interface, "leave_address.sh", begin=":")


def _detached(guest: Guest, interface: str, file: str, *, begin: str) -> str:
    parts = {"leave": guest.leave, "install": guest.install, "remove": guest.remove, "apply": guest.apply}
    functions = "".join(f"{name}() (\n{script}\n)\n" for name, script in parts.items())
    work = load_script(_HERE / file, STATE=STATE, SECONDS_TO_CONFIRM=_SECONDS_TO_CONFIRM)
    return load_script(
        _HERE / "detach.sh",
        STATE=STATE,
        INTERFACE=interface,
        BEGIN=begin,
        WORK=on_interface(interface, f"\n{functions}{work}"),
    )
