"""What the workstation must have, and the line for what it lacks."""

import socket
import tempfile
from pathlib import Path
from types import SimpleNamespace
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
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_hypervisors_driver_needs_no_engine() -> None:
    check_workstation(settings(HYPERV))


def test_without_docker_machine() -> None:
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(HYPERV, "rancher-machine"))
    assert str(raised.value) == (
        "registry-stack:dockerMachine.command is 'rancher-machine': should be an installed docker-machine "
        "(or its maintained fork, rancher-machine) on PATH"
    )


def test_a_docker_machine_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    check_workstation(settings(HYPERV, "~/docker-machine"))
    with pytest.raises(SettingsError, match="command is '~/bin/docker-machine': should be an installed"):
        check_workstation(settings(HYPERV, "~/bin/docker-machine"))


def test_a_storage_folder_is_there_or_can_be_made(tmp_path: Path) -> None:
    check_workstation(stored_in(tmp_path))
    check_workstation(stored_in(tmp_path / "not" / "yet"))


def test_a_storage_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "docker-machine"
    for storage in (file, file / "machines"):
        with pytest.raises(SettingsError) as raised:
            check_workstation(stored_in(storage))
        assert str(raised.value).startswith(
            f"registry-stack:dockerMachine.storage is '{storage}': should be a folder that"
        )
        assert str(raised.value).endswith((f"{file} is a file", "Not a directory"))


def test_a_storage_folder_that_is_not_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != tmp_path)
    with pytest.raises(SettingsError, match=f"{tmp_path} is not yours to write to"):
        check_workstation(stored_in(tmp_path / "machines"))


def test_a_storage_folder_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
    with pytest.raises(
        SettingsError, match=f"'{tmp_path}': should be a folder that you can write to; .*: its disk is full"
    ):
        check_workstation(stored_in(tmp_path))


@pytest.mark.parametrize(
    ("value", "line"), [("~nosuchuser/x", "should be a folder: the home folder of ~nosuchuser is")]
)
def test_a_storage_folder_of_the_environment(value: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACHINE_STORAGE_PATH", value)
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(HYPERV))
    assert f"dockerMachine.storage is not set: $MACHINE_STORAGE_PATH {line}" in str(raised.value)


def test_an_empty_storage_folder_of_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACHINE_STORAGE_PATH", "")
    assert settings(HYPERV).docker_machine.storage_folder == Path.home() / ".docker" / "machine"


def stored_in(folder: Path) -> Settings:
    given = settings(HYPERV).model_dump(by_alias=True, mode="json", exclude_unset=True)
    return Settings.model_validate({**given, "dockerMachine": {"storage": str(folder)}})


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_that_would_be_asked_for_the_registrys_machine(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost,10.0.0.0/8,192.168.233.30")
    with pytest.raises(SettingsError) as raised:
        check_workstation(settings(HYPERV))
    assert str(raised.value) == (
        f"registry-stack:registry.address is '192.168.233.3': should be reached without a proxy, but {variable} is set"
        ": name 192.168.233.0/24 in NO_PROXY, or use the environment of `python -m tasks env`: docs/trouble.md"
    )
    for exceptions in ("192.168.233.0/24", " 10.0.0.0/8 , 192.168.233.3", "*"):
        monkeypatch.setenv("NO_PROXY", exceptions)
        check_workstation(settings(HYPERV))
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "192.168.0.0/16")
    check_workstation(settings(HYPERV))


def test_a_proxy_for_http_alone_is_never_asked_for_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    check_workstation(settings(HYPERV))


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
