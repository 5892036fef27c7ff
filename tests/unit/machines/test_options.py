"""A driver's options, against what docker-machine itself says of them (`help/` has what it printed)."""

from pathlib import Path
from typing import Any

import pytest

from providers import machine as machines
from providers.machine import MachineProvider
from registry_stack.common.errors import CommandError
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.options import faults, needs_replacement
from registry_stack.machines.store import IN_PLACE
from tests.fakes.recorder import Recorder

HELP = Path(__file__).with_name("help")


def tool(driver: str) -> DockerMachine:
    return DockerMachine("docker-machine", Path("/nowhere"), 10, Recorder((HELP / f"{driver}.txt").read_text()))


@pytest.mark.parametrize(
    ("driver", "flags"),
    [
        ("generic", {"generic-ip-address", "generic-ssh-key", "generic-ssh-user", "generic-engine-port", "tls-san"}),
        ("hyperv", {"hyperv-virtual-switch", "hyperv-memory", "hyperv-disable-dynamic-memory", "hyperv-vlan-id"}),
    ],
)
def test_flags_are_read_from_the_help(driver: str, flags: set[str]) -> None:
    known = tool(driver).flags(driver)
    assert flags | IN_PLACE | {"driver", "swarm-join-opt", "engine-install-url"} <= known
    lines = [line.split()[0] for line in (HELP / f"{driver}.txt").read_text().splitlines() if "--" in line[:8]]
    assert known == {line.removeprefix("--").rstrip(",") for line in lines}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("hyperv-memroy", "hyperv-memory"),
        ("hyperv-switch", "hyperv-virtual-switch"),
        ("memory", "hyperv-memory"),
        ("tls-sans", "tls-san"),
        ("hyperv-cpu", "hyperv-cpu-count"),
    ],
)
def test_an_unknown_flag_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    reason = f"docker-machine's driver hyperv has no option {name}: did you mean {nearest}?"
    assert faults(tool("hyperv"), "hyperv", {"hyperv-memory": "512", name: "1"}) == [reason]


def test_every_unknown_flag_is_named() -> None:
    assert len(faults(tool("generic"), "generic", {"hyperv-memory": "1", "nonsense": "2"})) == 2
    assert faults(tool("generic"), "generic", {"generic-ip-address": "10.0.0.7", "engine-label": ["a=1"]}) == []


def test_an_unknown_driver_is_said_in_docker_machines_words() -> None:
    def answer(command: list[str]) -> str:
        raise CommandError(command, 1, 'Driver "hyprev" not found.\n')

    found = faults(DockerMachine("docker-machine", Path("/nowhere"), 10, Recorder(answer)), "hyprev", {})
    assert found == ['docker-machine does not know the driver hyprev: Driver "hyprev" not found.']


@pytest.mark.parametrize("option", sorted(IN_PLACE))
def test_what_a_machine_takes_over(option: str) -> None:
    assert not needs_replacement({}, {option: ["a"]})
    assert not needs_replacement({option: ["a"]}, {option: ["b"]})
    assert not needs_replacement({option: ["a"], "hyperv-memory": "1"}, {"hyperv-memory": "1"})
    assert needs_replacement({option: ["a"], "hyperv-memory": "1"}, {option: ["a"], "hyperv-memory": "2"})


def test_an_unknown_flag_fails_the_check_of_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "docker_machine", lambda _: tool("hyperv"))
    news: dict[str, Any] = {"driver": "hyperv", "options": {"hyperv-memroy": "1"}, "adopt": False}
    (failure,) = MachineProvider().check({}, news).failures
    assert failure.property == "options"
    assert failure.reason.endswith("did you mean hyperv-memory?")
    assert MachineProvider().check(news, news).failures == [], "what has been checked is not checked with every up"
    assert MachineProvider().check({}, {**news, "adopt": True}).failures == []
