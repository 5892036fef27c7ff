"""What the workstation must have, and the line for what it lacks."""

import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

from registry_stack.settings import Settings, SettingsError
from registry_stack.settings.preflight import check_workstation

CONTAINER = {"driver": "container", "options": {"container-address": "192.168.233.9"}}
HYPERV = {"driver": "hyperv"}


def settings(machine: dict[str, Any], command: str = "docker-machine") -> Settings:
    network = {"subnet": "192.168.233.0/24", "gateway": "192.168.233.2"}
    registry = {"address": "192.168.233.3"}
    return Settings.model_validate(
        {"registry": registry, "network": network, "machine": machine, "dockerMachine": {"command": command}}
    )


@pytest.fixture(autouse=True)
def _a_linux_with_docker_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker-machine").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")


def test_a_hypervisors_driver_needs_no_engine() -> None:
    check_workstation(settings(HYPERV))


def test_without_docker_machine() -> None:
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(HYPERV, "rancher-machine"))
    assert str(raised.value) == (
        "registry-stack:dockerMachine.command is 'rancher-machine': should be an installed docker-machine "
        "(or its maintained fork, rancher-machine) on PATH"
    )


def test_container_machines_need_an_engine_that_answers(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(CONTAINER))
    assert str(raised.value) == (
        "registry-stack: the driver of registry0 is 'container', which needs the workstation's Docker engine: "
        f"{tmp_path}/docker.sock: No such file or directory"
    )


def test_an_engine_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/docker.sock")
        listening.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")
        check_workstation(settings(CONTAINER))


def test_an_engine_elsewhere_is_not_looked_for_on_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine.invalid:2376")
    check_workstation(settings(CONTAINER))


@pytest.mark.parametrize("system", ["Darwin", "Windows"])
def test_where_docker_runs_in_a_vm_other_ways_are_named(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(CONTAINER))
    assert str(raised.value) == (
        f"registry-stack: the driver of registry0 is 'container', but on {system} Docker runs in a VM, whose "
        "containers can't be reached by address; use WSL2, a Linux VM, or the driver virtualbox or hyperv"
    )
    check_workstation(settings(HYPERV))
