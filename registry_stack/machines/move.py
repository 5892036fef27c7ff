"""Moving a machine to its static address, as the guide does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from registry_stack.common.errors import DeadlineError, MachineError
from registry_stack.common.waiting import wait_for, wait_until
from registry_stack.guest.addresses import StaticAddress, on_interface
from registry_stack.machines.change_address import change_address, guest_of
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.health import Health, heal, inspect_machine, regenerate_certificates, wake
from registry_stack.remote.docker_engine import has_certificate_for, wait_for_engine
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import answers, is_at, reboot
from registry_stack.remote.ssh import run_as_root

_SECONDS_TO_LEAVE = 30


def move_machine(tool: DockerMachine, name: str, now: Login, target: StaticAddress) -> None:
    """Moves a machine from where it answers now to its static address.

    A Boot2Docker moves by bootsync.sh, a reboot and regenerate-certs. Safe to repeat: a machine that an earlier move,
    which was cut short, has already brought there is not moved again.
    """
    there = replace(now, host=str(target.address))
    # first where it was: it takes seconds to find that there is nothing at an address of the own subnet
    if now.host == there.host or is_at(now):
        apply_address(now, there, target, tool.deadline)
    with ThreadPoolExecutor(1) as beside:
        # a second without an answer is the proof, and the engine takes about as long to start
        gone = beside.submit(_verify_gone, now, there)
        certified = _wait_for_certificate(tool, name, there.host)
        gone.result()
    tool.store.set_address(name, there.host)
    if not certified:
        regenerate_certificates(tool, name, there)
    wait_for_engine(there.host, tool.store.folder(name), tool.deadline)
    tool.record(name).keep_entry()


def find_machine(tool: DockerMachine, name: str, first: Login, target: StaticAddress) -> str:
    """The address at which a machine answers now. A stopped machine is started.

    That is the one that docker-machine knows, that of its creation, or already its static one.
    """
    described = tool.inspect(name)
    known = described.address
    if described.driver != "generic":
        # of the generic driver's machines, docker-machine takes one for stopped that is not where it was last told
        wake(tool, name)
        known = tool.address(name)
    places = [known, first.host, str(target.address)]

    def found() -> str | None:
        return next((place for place in places if is_at(replace(first, host=place))), None)

    return wait_for(f"{name} at one of {', '.join(dict.fromkeys(places))}", found, tool.deadline)


def drift_of_moved(tool: DockerMachine, name: str, there: Login, target: StaticAddress) -> list[str]:
    """What is wrong with a machine that has moved; a line each."""
    if not answers(there):
        return Health.ELSEWHERE.drift
    lines = inspect_machine(tool, name).drift
    return lines if _is_kept(there, target) else [*lines, "its static address is not set for the next boot"]


def heal_moved(tool: DockerMachine, name: str, first: Login, target: StaticAddress) -> None:
    """Makes a machine well at its static address; `first` is how to log in at the address of its creation.

    One that has lost its static address answers elsewhere once it has started, and is moved again.
    """
    there = replace(first, host=str(target.address))
    if not answers(there):
        found = find_machine(tool, name, first, target)
        if found != there.host:
            move_machine(tool, name, replace(first, host=found), target)
    heal(tool, name, there)
    if not _is_kept(there, target):
        apply_address(there, there, target, tool.deadline)


def _is_kept(there: Login, target: StaticAddress) -> bool:
    """Whether the machine is configured to have its address after a reboot; true if its kind is not known."""
    guest = guest_of(there, target.interface)
    if guest is None:
        return True
    return guest.is_installed(run_as_root(there, on_interface(target.interface, guest.read)), target)


def apply_address(now: Login, there: Login, target: StaticAddress, seconds: float) -> None:
    """Gives a machine, which answers at `now`, the address of `there`, for good. Raises MachineError if it can not."""
    guest = guest_of(now, target.interface)
    if guest is None:
        if now.host == there.host:
            return
        raise MachineError(
            f"{now} can't be given a static address: it is neither a Boot2Docker nor a system with NetworkManager, "
            f"systemd-networkd or ifupdown for its interface {target.interface}. Give it the address by hand, then run "
            "`pulumi up` again"
        )
    names = run_as_root(now, on_interface(target.interface, f"{guest.names} 2>/dev/null || true"))
    document = guest.document(target.with_names_found(names))
    if now.host != there.host and not guest.reboots:
        change_address(now, there, guest, target.interface, document, seconds)
        return
    install = on_interface(target.interface, guest.install)
    run_as_root(now, install, stdin=document, purpose="writing the static address")
    if now.host != there.host:
        reboot(now, there.host, seconds)


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
