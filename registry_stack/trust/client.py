"""A client's trust in the registry over SSH: installed, inspected, uninstalled, proved by its own engine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from registry_stack.common.errors import MachineError, RegistryError
from registry_stack.common.hashing import sha256_of_text
from registry_stack.common.waiting import wait_until
from registry_stack.guest.engines import Engine
from registry_stack.guest.engines.containers import container_ids
from registry_stack.guest.engines.restart import restart_script, resume_script
from registry_stack.guest.systems import SYSTEMS, System, recognise
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import reboot
from registry_stack.remote.ssh import Shell, connect
from registry_stack.trust.desired import DesiredTrust
from registry_stack.trust.diagnosis import diagnose, request
from registry_stack.trust.facts import Facts, inspect_script
from registry_stack.trust.plan import Previous, conflicts, owned_folders, plan, script_of

_PURPOSE = "setting up or checking trust"
_SECONDS = 120
_PAUSE = 1.0


@dataclass(frozen=True)
class Installed:
    """What is on a client: its system's name, or "" if that is not known; each file's SHA-256; the folders created."""

    system: str
    files: dict[str, str]
    folders: list[str]


@dataclass(frozen=True)
class TrustClient:
    """A client's name, and how to log in to it."""

    name: str
    login: Login

    def install(self, desired: DesiredTrust, os: str, previous: Previous) -> Installed:
        """Gives the client what is desired, and takes away what it had before. `os` is a system's name, or "auto"."""
        with self._session() as session:
            facts = session.inspect(desired, SYSTEMS.get(os))
            system = SYSTEMS.get(os) or recognise(facts.os_release)
            self._refuse(facts, desired, system)
            session.take(facts, desired, system, previous)
        files = {str(path): sha256_of_text(content) for path, content in desired.files(system).items()}
        folders = [str(folder) for folder in owned_folders(facts, desired, system, previous)]
        return Installed(system.name if system else "", files, folders)

    def inspect(self, desired: DesiredTrust, system: System | None, previous: Previous) -> list[str]:
        """What on the client is not as it should be; a line each."""
        with self._session() as session:
            return [step.because for step in plan(session.inspect(desired, system), desired, system, previous)]

    def uninstall(self, desired: DesiredTrust, system: System | None, previous: Previous) -> None:
        """Removes from the client exactly what was added."""
        nothing = replace(desired, anchors={}, names=())
        with self._session() as session:
            session.take(session.inspect(nothing, system), nothing, system, previous)

    def restart_engine(self, system: System, engine: Engine, seconds: float) -> None:
        """Restarts an engine that reads the system's trust store only when it starts; its containers run again."""
        if engine.service:
            again = self._reboot(engine, seconds) if system.forgets else restart_script(system, engine, seconds)
            with self._session() as session:
                session.run(again, seconds + _SECONDS)

    def wait_until_reached(self, engine: Engine, reference: str, seconds: float) -> None:
        """Waits until the client's own engine gets an answer from the registry over TLS that it trusts.

        Raises RegistryError as soon as it is certain that waiting does not help, and DeadlineError in the end. Both say
        what the engine saw.
        """
        began = time.monotonic()

        def reaches() -> bool:
            with self._session() as session:
                printed = session.run(request(engine, reference))
            if reason := diagnose(printed, reference):
                said = printed.strip().splitlines() or ["nothing"]
                text = f"{self.name} does not reach {reference}: {reason.name}: {said[-1]} ({reason.helps})"
                if time.monotonic() - began < reason.passes:
                    raise _NotYetError(text)
                raise RegistryError(text)
            return True

        what = f"{self.name} to reach {reference} by {engine.name}"
        wait_until(what, reaches, seconds, failures=(_NotYetError, OSError), pause=_PAUSE)

    def _reboot(self, engine: Engine, seconds: float) -> str:
        """Reboots the client; returns the script to run then."""
        with self._session() as session:
            containers = container_ids(session.run(engine.running)) if engine.running else []
        reboot(self.login, self.login.host, seconds)
        return resume_script(engine, containers, seconds)

    @contextmanager
    def _session(self) -> Iterator["_Session"]:
        with connect(self.login) as shell:
            yield _Session(shell)

    def _refuse(self, facts: Facts, desired: DesiredTrust, system: System | None) -> None:
        if desired.system_wide and system is None:
            raise MachineError(
                f"its system is not supported: `trust: system` needs one of {', '.join(SYSTEMS)}. Set the client's "
                "`os` to the one that it resembles, or use `trust: engine`, which works on any. Its os-release says: "
                f"{' '.join(facts.os_release.split())[:200]}"
            )
        if facts.foreign:
            path = min(facts.foreign)
            raise MachineError(
                f"it already has {path}, which this program did not write: remove that file, or add the authorities to "
                "it by hand and remove the client from the settings"
            )
        if lines := conflicts(facts, desired):
            raise MachineError(f"its /etc/hosts maps a registry name to another address; remove the line {lines[0]!r}")


class _NotYetError(RegistryError):
    """The registry was not reached, but may be soon."""


@dataclass(frozen=True)
class _Session:
    """A connection to a client, over which scripts are run as root."""

    shell: Shell

    def inspect(self, desired: DesiredTrust, system: System | None) -> Facts:
        return Facts.parse(self.run(inspect_script(desired, system)))

    def take(self, facts: Facts, desired: DesiredTrust, system: System | None, previous: Previous) -> None:
        if taken := plan(facts, desired, system, previous):
            self.run(script_of(taken, system))

    def run(self, commands: str, seconds: float = _SECONDS) -> str:
        return self.shell.run_as_root(commands, seconds=seconds, purpose=_PURPOSE)
