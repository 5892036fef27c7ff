"""Virtual machines for tests: one network for all, a machine for each module, its console after a failure."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import pytest

from tasks.lab.vms.disks import disks_here
from tasks.lab.vms.machine import VirtualMachine, virtual_machine
from tasks.lab.vms.network import network
from tests.vms.networks import Network

Boot = Callable[[str, int, Network], VirtualMachine]


@pytest.fixture(scope="session", autouse=True)
def _network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with network(tmp_path_factory.mktemp("network")):
        yield


@pytest.fixture(scope="module")
def boot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boot]:
    """Boots new machines; all are gone after the module's tests. Two machines have two numbers."""
    with ExitStack() as machines:

        def start(name: str, number: int, network: Network) -> VirtualMachine:
            folder = tmp_path_factory.mktemp("vms") / name
            made = virtual_machine(name, network.system, number, folder, disks_here(), network.files(number))
            machine = machines.enter_context(made)
            _BOOTED.append(machine)
            machines.callback(_BOOTED.remove, machine)
            machine.start()
            machine.wait()
            return machine

        yield start


_BOOTED: list[VirtualMachine] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """After a failure, shows the consoles of the machines that run."""
    report = yield
    if report.failed:
        report.sections.extend((f"the console of {machine.name}", machine.console()) for machine in _BOOTED)
    return report
