"""The guide's own setup: its stack file makes its docker-machine command."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from registry_stack.machines.docker_machine import DockerMachine
from tests.fakes.machine_tool import first_certificates
from tests.fakes.recorder import Recorder
from tests.unit.components.program_mocks import run
from tests.unit.settings.test_clients import HOST_KEY

GUIDE = 'docker-machine create --driver hyperv --hyperv-virtual-switch "VMWare NAT" --hyperv-memory 512 registry0'


def flags(command: Sequence[str]) -> tuple[list[str], list[tuple[str, ...]], str]:
    """A command, its flags in any order, and its last argument: the order of flags means nothing to docker-machine."""
    program, verb, *middle, name = command
    return [program, verb], sorted(zip(middle[::2], middle[1::2], strict=True)), name


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("machine", ["registry0", "client1", "client2"])
def test_the_guides_command(machine: str, preview: bool, tmp_path: Path) -> None:
    inputs = json.loads(json.dumps(run("hyperv", preview=preview).of("registry:Machine")[machine].inputs))
    first_certificates(tmp_path)
    runner = Recorder()
    DockerMachine(inputs["tool"]["command"], tmp_path, inputs["tool"]["deadline"], runner).create(
        inputs["name"], inputs["driver"], inputs["options"], lock=0
    )
    guide = shlex.split(GUIDE.replace("registry0", machine))
    if machine == "registry0":  # the address that it moves to, so that its engine's certificate can stay
        guide[-1:-1] = ["--tls-san", "192.168.233.3"]
    assert [flags(command) for command in runner.commands] == [flags(guide)]
    assert inputs["options"]["hyperv-memory"] == "512"


def test_no_container_and_no_key_is_made_for_a_machine_with_a_hypervisor() -> None:
    inputs = run("hyperv").of("registry:Machine")["registry0"].inputs
    assert {"instance", "ssh_key", "pinned_host_key"}.isdisjoint(inputs)
    assert inputs["tool"]["storage"] == "/nowhere/docker-machine"


def test_a_host_key_of_the_settings_is_the_pinned_one() -> None:
    machine = {"driver": "hyperv", "hostKey": f"{HOST_KEY} root@registry0"}
    inputs = run("hyperv", machine=machine).of("registry:Machine")["registry0"].inputs
    assert inputs["pinned_host_key"] == HOST_KEY
