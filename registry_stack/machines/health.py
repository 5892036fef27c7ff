"""How a machine is, and what makes it well again with the least change."""

from contextlib import suppress
from enum import StrEnum

from registry_stack.common.errors import CertificateError, CommandError, DeadlineError, UnreachableError
from registry_stack.common.waiting import wait_for, wait_until
from registry_stack.guest import generic
from registry_stack.guest.engines.containers import container_ids
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.remote.docker_engine import is_ready, wait_for_engine
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root

_SECONDS_TO_SETTLE = 60


class Health(StrEnum):
    """How a machine can be."""

    GONE = "the machine is gone"
    STOPPED = "the machine is stopped"
    ELSEWHERE = "the machine is not at its address"
    SILENT = "its engine does not answer"
    OUTDATED = "its options are not those of the settings"
    UNTRUSTED = "its engine's certificates do not fit"
    WELL = "well"

    @property
    def drift(self) -> list[str]:
        """What is wrong: a line, or nothing."""
        return [] if self is Health.WELL else [str(self)]


def inspect_machine(tool: DockerMachine, name: str) -> Health:
    """Looks at a machine through docker-machine, and at its engine over TLS."""
    tool.record(name).restore_entry()
    if not tool.store.exists(name):
        return Health.GONE
    running = tool.is_running(name)
    if running is None:
        return Health.GONE
    if not running:
        return Health.STOPPED
    try:
        return Health.WELL if is_ready(tool.address(name), tool.store.folder(name)) else Health.SILENT
    except CertificateError:
        return Health.UNTRUSTED
    except UnreachableError:
        return Health.SILENT


def wake(tool: DockerMachine, name: str) -> None:
    """Starts a machine if it is stopped, because the address of a stopped one is not known."""
    tool.record(name).restore_entry()
    if tool.store.exists(name) and tool.is_running(name) is False:
        _start(tool, name)


def heal(tool: DockerMachine, name: str, login: Login) -> None:
    """Makes a machine well: starts it if it is stopped, and recreates its engine's certificates if they don't fit."""
    health = inspect_machine(tool, name)
    if health is Health.STOPPED:
        _start(tool, name)
    if health is not Health.WELL:
        health = _wait_until_settled(tool, name)
    if health is not Health.WELL:
        regenerate_certificates(tool, name, login)
    tool.record(name).keep_entry()
    wait_for_engine(tool.address(name), tool.store.folder(name), tool.deadline)


def regenerate_certificates(tool: DockerMachine, name: str, login: Login) -> None:
    """Recreates the engine's certificate. The containers that ran before run afterwards, which docker-machine does not
    take care of (docker/machine issue 4721)."""
    running: list[str] = []
    with suppress(CommandError):  # an engine that its certificates keep from starting runs nothing
        running = container_ids(run_as_root(login, "docker ps --quiet --no-trunc"))
    protect_engine_key(login)  # docker-machine keeps the mode of a file that is there
    tool.regenerate_certificates(name)
    if running:
        run_as_root(login, f"docker start {' '.join(running)}", seconds=tool.deadline)


def protect_engine_key(login: Login) -> None:
    """Makes the engine's key on the machine root's alone."""
    run_as_root(login, generic.protect_engine_key(), purpose="protecting the engine's key")


def _start(tool: DockerMachine, name: str) -> None:
    if tool.inspect(name).driver != "generic":
        tool.start(name)
        return
    # docker-machine can't start what it did not create. A container machine's container is started before this, by the
    # resource that created it.
    wait_until(f"{name} to be started (docker-machine can't)", lambda: tool.is_running(name) is True, tool.deadline)


def _wait_until_settled(tool: DockerMachine, name: str) -> Health:
    """The health of a machine once its engine has had the time to start."""

    def clear() -> Health | None:
        health = inspect_machine(tool, name)
        return health if health in (Health.WELL, Health.UNTRUSTED) else None

    seconds = min(_SECONDS_TO_SETTLE, tool.deadline)
    try:
        return wait_for(f"the engine of {name}", clear, seconds, failures=(OSError, CommandError))
    except DeadlineError:
        return Health.SILENT
