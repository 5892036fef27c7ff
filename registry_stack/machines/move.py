"""Moving a machine to its static address, as the guide does. Nothing of Pulumi here."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from registry_stack.common.errors import CommandError, DeadlineError, MachineError, UnreachableError
from registry_stack.common.waiting import wait_for, wait_until
from registry_stack.guest.addresses import GUESTS, StaticAddress, which_guest
from registry_stack.guest.scripts import as_root
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.health import Health, heal, inspect_machine, regenerate_certificates
from registry_stack.remote.docker_engine import has_certificate_for, wait_for_engine
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import answers, is_at, reboot
from registry_stack.remote.ssh import run_command

_SECONDS_TO_LEAVE = 30


def move_machine(tool: DockerMachine, name: str, now: Login, wanted: StaticAddress) -> None:
    """Moves a machine from where it answers now to its static address; on a Boot2Docker by bootsync.sh, a restart and
    regenerate-certs.

    Safe to repeat: a machine that is there already, because an earlier move was cut short, is not moved again.
    """
    there = replace(now, host=str(wanted.address))
    # first where it was: on the subnet it takes seconds to find that nobody is at an address
    if now.host == there.host or is_at(now):
        _apply_address(now, there, wanted, tool.deadline)
    with ThreadPoolExecutor(1) as beside:
        # a second without an answer is the proof, and the engine takes about as long to start
        gone = beside.submit(_verify_gone, now, there)
        certified = _wait_for_certificate(tool, name, there.host)
        gone.result()
    tool.store.move(name, there.host)
    if not certified:
        regenerate_certificates(tool, name, there)
    wait_for_engine(there.host, tool.store.folder(name), tool.deadline)
    tool.store.keep(name)


def inspect_moved(tool: DockerMachine, name: str, there: Login) -> Health:
    """How a machine is that should be at its static address."""
    return inspect_machine(tool, name) if answers(there) else Health.ELSEWHERE


def heal_moved(tool: DockerMachine, name: str, first: Login, wanted: StaticAddress) -> None:
    """Makes a machine well at its static address; `first` is how to log in at the address of its creation.

    One that has lost its static address answers at its first one again, and is moved again.
    """
    there = replace(first, host=str(wanted.address))
    if not answers(there) and answers(first):
        move_machine(tool, name, first, wanted)
    heal(tool, name, there)


def _apply_address(now: Login, there: Login, wanted: StaticAddress, seconds: float) -> None:
    kind = run_command(now, which_guest()).strip()
    if kind not in GUESTS:
        raise MachineError(
            f"{now} can't be given a static address: it is neither a Boot2Docker nor a system with netplan, "
            "NetworkManager or systemd-networkd. Give it the address by hand, then run `pulumi up` again"
        )
    guest = GUESTS[kind]
    run_command(now, as_root(guest.install), stdin=guest.document(wanted), purpose="writing the static address")
    if now.host == there.host:
        return
    if guest.reboots:
        reboot(now, there.host, seconds)
        return
    with suppress(UnreachableError, CommandError):  # the connection breaks when the address goes
        run_command(now, as_root(guest.apply), seconds=10)
    wait_until(f"{there} with the same host key", lambda: answers(there), seconds)


def _verify_gone(now: Login, there: Login) -> None:
    if now.host == there.host:
        return
    try:
        wait_until("the old address to be left", lambda: not is_at(now), _SECONDS_TO_LEAVE)
    except DeadlineError:
        raise MachineError(f"{there} answers at its static address, but still at {now.host} too") from None


def _wait_for_certificate(tool: DockerMachine, name: str, address: str) -> bool:
    """Waits until the engine answers there; returns whether its certificate is valid for that address."""
    folder = tool.store.folder(name)
    return wait_for(f"the engine of {name} at {address}", lambda: has_certificate_for(address, folder), tool.deadline)
