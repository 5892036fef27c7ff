"""A machine's making and removal, cut short, over Hyper-V's and VirtualBox's own weaknesses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.lifecycle import create_machine, remove_machine
from registry_stack.machines.spec import MachineSpec
from tests.fakes.runner import FakeRunner, Fault, Killed
from tests.fakes.seams import HOST_KEY, Disk, led_to

every_driver = pytest.mark.parametrize("driver", ["hyperv", "virtualbox"])


@pytest.fixture
def runner() -> Iterator[FakeRunner]:
    runner = FakeRunner()
    with led_to(runner, Disk()):
        yield runner


@pytest.fixture
def tool(runner: FakeRunner, tmp_path: Path) -> DockerMachine:
    return DockerMachine("docker-machine", tmp_path / "storage", 10, runner)


def spec(driver: str) -> MachineSpec:
    return MachineSpec("m", "me", driver, {f"{driver}-memory": "512"}, None, HOST_KEY)


def cut_short(tool: DockerMachine, runner: FakeRunner, steps: int, *, removal: bool, kind: str = "dies") -> None:
    runner.commands.clear()
    runner.faults = {0: Fault(kind, steps)}
    with pytest.raises((Killed, CommandError)):
        remove_machine(tool, "m") if removal else create_machine(tool, spec("hyperv"))


def ready(tool: DockerMachine, runner: FakeRunner, driver: str) -> None:
    create_machine(tool, spec(driver))
    assert len(runner.hypervisor.vms) == 1


@pytest.mark.parametrize("kind", ["dies", "hangs", "fails"])
@pytest.mark.parametrize("steps", range(8))
@every_driver
def test_a_removal_that_is_cut_short_is_finished(
    driver: str, steps: int, kind: str, tool: DockerMachine, runner: FakeRunner
) -> None:
    ready(tool, runner, driver)
    cut_short(tool, runner, steps, removal=True, kind=kind)
    remove_machine(tool, "m")
    assert runner.hypervisor.vms == {}
    assert not tool.store.exists("m")
    assert not tool.record("m").is_pending


@pytest.mark.parametrize("steps", range(16))
def test_a_creation_that_is_cut_short_is_begun_again(steps: int, tool: DockerMachine, runner: FakeRunner) -> None:
    ready(tool, runner, "hyperv")
    remove_machine(tool, "m")
    cut_short(tool, runner, steps, removal=False)
    create_machine(tool, spec("hyperv"))
    assert [vm.name for vm in runner.hypervisor.vms.values()] == ["m"]
    assert tool.is_running("m")
    assert not tool.record("m").is_pending


def test_hyperv_may_not_find_a_machine_that_is_there(tool: DockerMachine, runner: FakeRunner) -> None:
    """To somebody who is no administrator it says so of every machine: none is forgotten for that."""
    ready(tool, runner, "hyperv")
    there = dict(runner.hypervisor.vms)
    runner.hypervisor.vms.clear()
    for _ in range(3):
        with pytest.raises(CommandError, match="Failed to find the VM status"):
            remove_machine(tool, "m")
        with pytest.raises(CommandError, match="Failed to find the VM status"):
            tool.is_running("m")
    assert tool.store.entry("m") is not None
    runner.hypervisor.vms |= there
    remove_machine(tool, "m")
    assert runner.hypervisor.vms == {}


def test_virtualbox_says_that_a_machine_is_gone(tool: DockerMachine, runner: FakeRunner) -> None:
    ready(tool, runner, "virtualbox")
    runner.hypervisor.vms.clear()
    assert tool.is_running("m") is None
    remove_machine(tool, "m")
    assert not tool.store.exists("m")


@every_driver
def test_a_machine_that_can_not_be_removed_is_not_forgotten(
    driver: str, tool: DockerMachine, runner: FakeRunner
) -> None:
    ready(tool, runner, driver)
    for _ in range(3):
        cut_short(tool, runner, 0, removal=True, kind="fails")
    assert len(runner.hypervisor.vms) == 1
    assert tool.store.entry("m") is not None
    assert tool.record("m").owner == "me"
