"""The stack files of VirtualBox and of existing hosts make their docker-machine commands; in how many processes."""

import json
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from pulumi import RunError

from components.machine_host import driver_options
from components.provider_processes import provider_processes
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.settings import MachineSettings, SettingsError
from tests.fakes.machine_tool import first_certificates
from tests.fakes.recorder import Recorder
from tests.unit.components.program_mocks import run
from tests.unit.components.test_hyperv import flags
from tests.unit.settings.test_settings import CONTAINER, settings

VIRTUALBOX = "--virtualbox-memory 512 --virtualbox-hostonly-cidr 192.168.233.1/24"
GENERIC = "--generic-ip-address {0} --generic-ssh-user admin --generic-ssh-key /home/admin/.ssh/id_ed25519"
COMMANDS = [
    ("virtualbox", "registry0", f"{VIRTUALBOX} --tls-san 192.168.233.3"),
    ("virtualbox", "client1", VIRTUALBOX),
    ("virtualbox", "client2", VIRTUALBOX),
    ("generic", "registry0", f"{GENERIC.format('192.168.1.50')} --tls-san 192.168.1.3"),
    ("generic", "client1", GENERIC.format("192.168.1.51")),
]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("stack", "machine", "given"), COMMANDS)
def test_the_command_of_a_stack_file(stack: str, machine: str, given: str, preview: bool, tmp_path: Path) -> None:
    inputs = json.loads(json.dumps(run(stack, preview=preview).of("registry:Machine")[machine].inputs))
    first_certificates(tmp_path)
    runner = Recorder()
    DockerMachine(inputs["tool"]["command"], tmp_path, inputs["tool"]["deadline"], runner).create(
        inputs["name"], inputs["driver"], inputs["options"], lock=0
    )
    wanted = ["docker-machine", "create", "--driver", stack, *given.split(), machine]
    assert [flags(command) for command in runner.commands] == [flags(wanted)]


@pytest.mark.parametrize(
    ("stack", "place"),
    [
        ("virtualbox", ("192.168.233.3", "192.168.233.0/24", "192.168.233.1", "eth1")),
        ("generic", ("192.168.1.3", "192.168.1.0/24", "192.168.1.1", "eth0")),
        ("hyperv", ("192.168.233.3", "192.168.233.0/24", "192.168.233.2", "eth0")),
    ],
)
def test_where_a_stack_files_registry_moves(stack: str, place: tuple[str, ...]) -> None:
    inputs = run(stack, preview=True).of("StaticAddress")["registry0-address"].inputs
    assert tuple(inputs[key] for key in ("address", "subnet", "gateway", "interface")) == place


@pytest.mark.parametrize(
    ("machine", "adopt", "keep"),
    [
        ({"driver": "hyperv"}, False, False),
        ({"driver": "hyperv", "onDestroy": "keep"}, False, True),
        ({"driver": "hyperv", "adopt": True}, True, True),
        ({"driver": "hyperv", "adopt": True, "onDestroy": "remove"}, True, False),
        ({"driver": "hyperv", "adopt": True, "onDestroy": "keep"}, True, True),
    ],
)
def test_adopted_and_kept(machine: dict[str, Any], adopt: bool, keep: bool) -> None:
    for each in run("hyperv", machine=machine).of("registry:Machine").values():
        assert (each.inputs["adopt"], each.inputs["keep"]) == (adopt, keep)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"machine": {"adopt": "perhaps"}}, "machine.adopt"),
        ({"machine": {**CONTAINER, "adopt": True}}, "left out for the driver 'container'"),
        (
            {"machine": {"driver": "hyperv", "adopt": True, "options": {"a": 1}}},
            "left out for a machine that is adopted",
        ),
        ({"machine": {"onDestroy": "forget"}}, "machine.onDestroy"),
        ({"machine": {"onDestory": "keep"}}, "did you mean"),
        ({"dockerMachine": {"parallel": 0}}, "dockerMachine.parallel"),
        ({"dockerMachine": {"parallel": 65}}, "dockerMachine.parallel"),
        ({"dockerMachine": {"parallel": "many"}}, "dockerMachine.parallel"),
        ({"dockerMachine": {"deadline": 29}}, "dockerMachine.deadline"),
    ],
)
def test_faults(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as raised:
        settings(**changes)
    assert line in str(raised.value)


@pytest.mark.parametrize(
    ("machines", "parallel", "wanted"),
    [(1, 8, 1), (4, 8, 1), (5, 8, 2), (8, 8, 2), (20, 8, 2), (20, 20, 5), (20, 1, 1), (3, 64, 1), (9, 6, 2)],
)
def test_how_many_processes(machines: int, parallel: int, wanted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        "components.provider_processes.pulumi.ProviderResource", lambda _, name, __, ___: made.append(name)
    )
    clients = [{"name": f"client{number}"} for number in range(1, machines)]
    provider_processes("stack", settings(clients=clients, dockerMachine={"parallel": parallel}))
    assert made == [f"stack-process-{number}" for number in range(1, wanted + 1)]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["192.168.233.3"]),
        ({"tls-san": "registry0"}, ["registry0", "192.168.233.3"]),
        ({"tls-san": ["registry0", "10.0.0.3"]}, ["registry0", "10.0.0.3", "192.168.233.3"]),
    ],
)
def test_the_engines_certificate_is_for_the_address_to_come_too(options: dict[str, Any], names: list[str]) -> None:
    machine = MachineSettings.model_validate({"driver": "hyperv", "options": options})
    assert driver_options(machine, IPv4Address("192.168.233.3")) == {"tls-san": names}
    assert driver_options(machine, None) == options


def test_a_machine_that_is_adopted_keeps_its_options() -> None:
    machine = MachineSettings.model_validate({"driver": "hyperv", "adopt": True})
    assert driver_options(machine, IPv4Address("192.168.233.3")) == {}


def test_the_home_folder_is_spelled_out_for_docker_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    options = {"generic-ip-address": "10.0.0.7", "generic-ssh-key": "~/.ssh/id"}
    given = MachineSettings.model_validate({"driver": "generic", "options": options})
    assert driver_options(given, None)["generic-ssh-key"] == "/home/me/.ssh/id"
    tool = {"command": "~/bin/docker-machine"}
    with pytest.raises(RunError, match=r"dockerMachine\.command is '~/bin/docker-machine': should be an installed"):
        run("virtualbox", dockerMachine=tool)
