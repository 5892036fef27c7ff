"""The settings of clients: machines and hosts, and the line that each fault gets."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from registry_stack.guest.engines import ENGINES
from registry_stack.guest.systems import SYSTEMS
from registry_stack.settings import Settings, SettingsError, ssh_agent
from registry_stack.settings.clients import EngineName, SystemChoice
from registry_stack.settings.preflight import check_workstation
from tests.unit.settings.test_settings import CONTAINER, settings

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKgtu7Qw3mHnJqTVHJZJBJ1c5K9fBzWfLTz0JpF3i8hR"
HOST = {"address": "192.168.233.51", "user": "admin", "key": "~/.ssh/id_ed25519", "hostKey": HOST_KEY}
HOST_KEY_WANTED = "should be an SSH host key as in known_hosts, ssh-ed25519 or ECDSA: 'type base64'"
USER_WANTED = "should be the name of a user on that host"
KEY_WANTED = "should be the path of a private key's file, not the key itself"
NAME_WANTED = "should be a DNS name, an IPv4 address or an IPv6 address"
PORT_WANTED = "should be a port from 1 to 65535"
OWN_ENGINE = "should be 'docker' on a machine of docker-machine; another engine needs a host"


def client(**changes: object) -> dict[str, Any]:
    """A client on a host; a change to None leaves the key out."""
    given = {"name": "a", "host": HOST, **changes}
    return {"clients": [{key: value for key, value in given.items() if value is not None}]}


def host(**changes: object) -> dict[str, Any]:
    given = {**HOST, **changes}
    return client(host={key: value for key, value in given.items() if value is not None})


def test_a_host_is_no_machine() -> None:
    read = settings(clients=[*client()["clients"], {"name": "b"}])
    assert list(read.machines) == ["registry0", "b"]
    first = read.clients[0]
    assert first.host is not None
    assert (first.host.address, first.host.user, first.host.port, first.host.key) == (
        "192.168.233.51",
        "admin",
        22,
        "~/.ssh/id_ed25519",
    )
    assert (first.trust, first.os, first.engine) == ("engine", "auto", "docker")


def test_what_a_host_may_leave_out() -> None:
    read = settings(**host(user=None, key=None)).clients[0].host
    assert read is not None
    assert (read.user, read.port, read.key) == ("root", 22, None)


@pytest.mark.parametrize(
    "changes",
    [
        client(trust="system", os="debian"),
        client(trust="system", engine="podman", os="rhel"),
        client(engine="containerd"),
        client(os="boot2docker"),
        host(address="host.example", port=2222),
        host(user="_svc-1.x"),
        client(host=None, machine=CONTAINER, trust="system", os="boot2docker"),
    ],
)
def test_what_is_right(changes: dict[str, Any]) -> None:
    assert settings(**changes).clients


def test_the_names_that_may_be_chosen_are_those_known() -> None:
    assert set(get_args(SystemChoice)) == {"auto", *SYSTEMS}
    assert set(get_args(EngineName)) == set(ENGINES)


SYSTEM_WANTED = "should be 'auto', 'boot2docker', 'coreos', 'debian', 'rhel', 'alpine' or 'suse'"
BAD: list[tuple[dict[str, Any], str]] = [
    (client(trust="boot2docker"), "clients[0].trust is 'boot2docker': should be 'engine' or 'system'"),
    (client(trust="whole"), "clients[0].trust is 'whole': should be 'engine' or 'system'"),
    (client(trust=True), "clients[0].trust is True: should be 'engine' or 'system'"),
    (client(trust=["engine"]), "clients[0].trust is a list: should be 'engine' or 'system'"),
    (client(os="ubuntu"), f"clients[0].os is 'ubuntu': {SYSTEM_WANTED}"),
    (client(os="windows"), f"clients[0].os is 'windows': {SYSTEM_WANTED}"),
    (client(os=""), f"clients[0].os is '': {SYSTEM_WANTED}"),
    (client(os="Debian"), f"clients[0].os is 'Debian': {SYSTEM_WANTED}"),
    (client(engine="cri-o"), "clients[0].engine is 'cri-o': should be 'docker', 'podman' or 'containerd'"),
    (client(engine=""), "clients[0].engine is '': should be 'docker', 'podman' or 'containerd'"),
    (client(host=None, engine="podman"), f"clients[0].engine is 'podman': {OWN_ENGINE}"),
    (client(host=None, engine="containerd", machine=CONTAINER), f"clients[0].engine is 'containerd': {OWN_ENGINE}"),
    (client(host=None, engine="podman", trust="system"), f"clients[0].engine is 'podman': {OWN_ENGINE}"),
    (
        client(engine="podman", os="boot2docker"),
        "clients[0].engine is 'podman': should be 'docker', the only engine that Boot2Docker has",
    ),
    (
        client(engine="containerd", os="boot2docker", trust="system"),
        "clients[0].engine is 'containerd': should be 'docker', the only engine that Boot2Docker has",
    ),
    (
        client(machine=CONTAINER),
        "clients[0].host is '192.168.233.51': should be left out for a client that has a machine",
    ),
    (client(host="192.168.233.51"), "clients[0].host is text: should be a mapping of keys to values"),
    (client(host=[HOST["address"]]), "clients[0].host is a list: should be a mapping of keys to values"),
    (client(host={}), "clients[0].host.address is missing"),
    (client(name=None), "clients[0].name is missing"),
    (client(host=None, hosts=HOST), "clients[0].hosts is unknown: did you mean host?"),
    (client(system="debian"), "clients[0].system is unknown: did you mean"),
    (host(address=None), "clients[0].host.address is missing"),
    (host(address="10.0.0.256"), f"clients[0].host.address is '10.0.0.256': {NAME_WANTED}"),
    (host(address="10.0.0.1:22"), f"clients[0].host.address is '10.0.0.1:22': {NAME_WANTED}"),
    (host(address="root@10.0.0.1"), f"clients[0].host.address is 'root@10.0.0.1': {NAME_WANTED}"),
    (host(address="ssh://10.0.0.1"), f"clients[0].host.address is 'ssh://10.0.0.1': {NAME_WANTED}"),
    (host(address=""), f"clients[0].host.address is '': {NAME_WANTED}"),
    (host(address=10), f"clients[0].host.address is 10: {NAME_WANTED}"),
    (
        {"clients": [{"name": name, "host": HOST} for name in "ab"]},
        "clients[1].host.address is '192.168.233.51': should be a host of its own: a has that address",
    ),
    (host(user=""), f"clients[0].host.user is '': {USER_WANTED}"),
    (host(user="-l"), f"clients[0].host.user is '-l': {USER_WANTED}"),
    (host(user="a b"), f"clients[0].host.user is 'a b': {USER_WANTED}"),
    (host(user="a;reboot"), f"clients[0].host.user is 'a;reboot': {USER_WANTED}"),
    (host(user=0), f"clients[0].host.user is 0: {USER_WANTED}"),
    (host(port=0), f"clients[0].host.port is 0: {PORT_WANTED}"),
    (host(port=65536), f"clients[0].host.port is 65536: {PORT_WANTED}"),
    (host(port=True), f"clients[0].host.port is True: {PORT_WANTED}"),
    (host(port="22"), f"clients[0].host.port is '22': {PORT_WANTED}"),
    (host(port=22.5), f"clients[0].host.port is 22.5: {PORT_WANTED}"),
    (host(key=""), f"clients[0].host.key is '': {KEY_WANTED}"),
    (host(key=" "), f"clients[0].host.key is ' ': {KEY_WANTED}"),
    (host(key=1), f"clients[0].host.key is 1: {KEY_WANTED}"),
    (host(key="-----BEGIN OPENSSH PRIVATE KEY-----\ns3cret\n"), f"clients[0].host.key is (PEM): {KEY_WANTED}"),
    (host(keyFile="x"), "clients[0].host.keyFile is unknown: did you mean key?"),
    (host(hostkey=HOST_KEY), "clients[0].host.hostkey is unknown: did you mean hostKey?"),
    (client(host={**HOST, "password": "s3cret"}), "clients[0].host.password is unknown: did you mean"),
    (host(hostKey=None), "clients[0].host.hostKey is missing: The host's SSH host key"),
    (host(hostKey=""), f"clients[0].host.hostKey is '': {HOST_KEY_WANTED}"),
    (host(hostKey="ssh-ed25519"), f"clients[0].host.hostKey is 'ssh-ed25519': {HOST_KEY_WANTED}"),
    (host(hostKey="AAAA"), f"clients[0].host.hostKey is 'AAAA': {HOST_KEY_WANTED}"),
    (host(hostKey="ssh-ed25519 AAAA"), f"clients[0].host.hostKey is 'ssh-ed25519 AAAA': {HOST_KEY_WANTED}"),
    (host(hostKey="ssh-ed25519 not base64"), f"clients[0].host.hostKey is 'ssh-ed25519 not base64': {HOST_KEY_WANTED}"),
    (host(hostKey=f"192.168.233.51 {HOST_KEY}"), f"clients[0].host.hostKey is '192.168.233.51 {HOST_KEY}'"),
    (host(hostKey=HOST_KEY.replace("ssh-ed25519", "ssh-rsa")), "clients[0].host.hostKey is 'ssh-rsa AAAA"),
    (
        host(hostKey=HOST_KEY.replace("ssh-ed25519", "ecdsa-sha2-nistp256")),
        "clients[0].host.hostKey is 'ecdsa-sha2-nistp256 AAAA",
    ),
]


@pytest.mark.parametrize(("changes", "line"), BAD)
def test_a_fault_names_the_key_the_value_and_what_would_be_right(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**changes)
    assert f"registry-stack:{line}" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def workstation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder; docker-machine is there, an SSH agent is not."""
    (tmp_path / "docker-machine").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    return tmp_path


def with_key(key: str | None) -> Settings:
    return settings(**host(key=key))


def test_a_key_file_that_is_there(workstation: Path) -> None:
    (workstation / "key").touch()
    check_workstation(with_key("~/key"))
    check_workstation(with_key(str(workstation / "key")))


def test_a_key_file_that_is_missing(workstation: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        check_workstation(with_key("~/key"))
    assert str(caught.value) == (
        "registry-stack:clients[0].host.key is '~/key': should be a private key's file that you can read; "
        f"{workstation}/key: No such file or directory"
    )


def test_a_key_file_that_is_a_folder(workstation: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        check_workstation(with_key(str(workstation)))


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_key_file_that_may_never_end_is_not_opened(make: Callable[[Path], object], workstation: Path) -> None:
    make(workstation / "key")
    for settings_of_key in (with_key("~/key"), of_generic("~/key")):
        with pytest.raises(SettingsError, match="Is not a file"):
            check_workstation(settings_of_key)


def test_a_key_file_by_a_link_to_itself(workstation: Path) -> None:
    (workstation / "key").symlink_to("key")
    with pytest.raises(SettingsError, match="Too many levels of symbolic links"):
        check_workstation(with_key("~/key"))


def test_the_key_file_of_docker_machines_generic_driver(workstation: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        check_workstation(of_generic("~/key"))
    assert str(caught.value).startswith(
        "registry-stack:clients[0].machine.options.generic-ssh-key is '~/key': should be"
    )
    (workstation / "key").touch()
    check_workstation(of_generic("~/key"))


def of_generic(key: str) -> Settings:
    machine = {"driver": "generic", "options": {"generic-ip-address": "10.0.0.7", "generic-ssh-key": key}}
    return settings(clients=[{"name": "a", "machine": machine}])


@pytest.mark.usefixtures("workstation")
def test_without_a_key_file_there_has_to_be_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        check_workstation(with_key(None))
    assert str(caught.value) == (
        "registry-stack:clients[0].host.key is missing: should be the path of a private key's file, "
        "because no SSH agent is running"
    )
    monkeypatch.setenv("SSH_AUTH_SOCK", os.devnull)
    check_workstation(with_key(None))


PIPES, NO_PIPES = ["docker_engine", "OpenSSH-ssh-agent"], ["docker_engine"]


@pytest.mark.usefixtures("workstation")
@pytest.mark.parametrize(("pipes", "pageant"), [(PIPES, False), (NO_PIPES, True), (None, True)])
def test_an_agent_of_windows(pipes: list[str] | None, pageant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    on_windows(monkeypatch, pipes, pageant=pageant)
    check_workstation(with_key(None))


@pytest.mark.usefixtures("workstation")
@pytest.mark.parametrize("pipes", [NO_PIPES, None])
def test_windows_without_an_agent(pipes: list[str] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    on_windows(monkeypatch, pipes, pageant=False)
    monkeypatch.setenv("SSH_AUTH_SOCK", "means nothing there")
    with pytest.raises(SettingsError) as caught:
        check_workstation(with_key(None))
    assert str(caught.value) == (
        "registry-stack:clients[0].host.key is missing: should be the path of a private key's file, because no SSH "
        "agent is running, neither Windows' own (`Start-Service ssh-agent`) nor Pageant"
    )


def on_windows(monkeypatch: pytest.MonkeyPatch, pipes: list[str] | None, *, pageant: bool) -> None:
    def listed(folder: str) -> list[str]:
        assert folder == r"\\.\pipe"
        if pipes is None:
            raise OSError("access is denied")
        return pipes

    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setattr(os, "listdir", listed)
    monkeypatch.setattr(ssh_agent, "_has_pageant", lambda: pageant)
