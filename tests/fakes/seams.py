"""Everything that a machine's provider reaches out to, led to the hypervisor that is not there."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from providers import machine
from registry_stack.common import files, waiting
from registry_stack.common.errors import CertificateError, DeadlineError, UnreachableError
from registry_stack.machines import first_contact, health, lifecycle
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.remote.login import Login
from tests.fakes.hypervisor import Hypervisor, Vm
from tests.fakes.runner import FakeRunner, Killed

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJd2"


class Clock:
    """Time that passes when somebody sleeps."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Disk:
    """The operating system for `common.files`: nothing is synced, and the process may die while it would be."""

    dies_at: int | None = None

    def fsync(self, _: int) -> None:
        if self.dies_at == 0:
            self.dies_at = None
            raise Killed("a write")
        if self.dies_at is not None:
            self.dies_at -= 1

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def is_ready(hypervisor: Hypervisor, address: str, folder: Path) -> bool:
    """`remote.docker_engine.is_ready` for an engine that checks, and is checked by, no more than lines of text."""
    vm = hypervisor.at(address)
    if vm is None or not vm.certificate:
        raise UnreachableError(address, ConnectionRefusedError())
    authority = (folder / "ca.pem").read_text().strip()
    if vm.certificate.splitlines()[:2] != [authority, address]:
        raise CertificateError(address, ValueError(f"{vm.certificate} instead of one of {authority}"))
    return True


@contextmanager
def led_to(runner: FakeRunner, disk: Disk) -> Iterator[None]:
    """Leads providers.machine, with all that it calls, to a fake docker-machine and its hypervisor."""
    hypervisor = runner.hypervisor

    def reached(address: str) -> Vm:
        if (vm := hypervisor.at(address)) is None:
            raise DeadlineError(f"SSH at {address}", 600, None)
        return vm

    def ready(address: str, folder: Path) -> bool:
        return is_ready(hypervisor, address, folder)

    def wait_for_engine(address: str, folder: Path, _: float) -> None:
        try:
            ready(address, folder)
        except UnreachableError as error:
            raise DeadlineError(f"the engine at {address}", 600, error) from None

    def run_as_root(login: Login, *_: object, **__: object) -> str:
        reached(login.host)
        return ""

    def host_key(address: str, *_: object) -> str:
        reached(address)
        return HOST_KEY

    def tool(props: Mapping[str, Any]) -> DockerMachine:
        return DockerMachine("docker-machine", Path(props["tool"]["storage"]), 600, runner)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "docker_machine", tool)
        patch.setattr(health, "is_ready", ready)
        patch.setattr(health, "wait_for_engine", wait_for_engine)
        patch.setattr(health, "run_as_root", run_as_root)
        patch.setattr(lifecycle, "wait_for_host_key", host_key)
        patch.setattr(first_contact, "wait_for_host_key", host_key)
        patch.setattr(waiting, "time", Clock())
        patch.setattr(files, "os", disk)
        yield
