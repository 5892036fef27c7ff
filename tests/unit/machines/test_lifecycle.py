"""A machine's life with a docker-machine executable that makes none: whose it is, what is left over, and its key."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError, DeadlineError, HostKeyError, MachineError
from registry_stack.common.locks import locked
from registry_stack.machines import first_contact
from registry_stack.machines.lifecycle import create_machine, login_of, remove_machine
from registry_stack.machines.records import machines_of
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.login import Login
from tests.fakes.machine_tool import MachineTool
from tests.fakes.ssh_server import SshServer, ed25519, public

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJd2"
HYPERV = MachineSpec("registry0", "registry-stack-hyperv", "hyperv", {"hyperv-memory": "512"}, None, HOST_KEY)
CREATED = ["create", "--driver", "hyperv", "--hyperv-memory", "512", "registry0"]
HALF_MADE_REMOVED = ["rm", "-y", "--force", "registry0"]
REMOVED = ["rm", "-y", "registry0"]
DESCRIBED = [["inspect", "registry0"], ["ip", "registry0"]]


@pytest.fixture(autouse=True)
def _no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done on the machine itself is test_existing_host's."""
    monkeypatch.setattr("registry_stack.machines.lifecycle.protect_engine_key", lambda _: None)
    monkeypatch.setattr("registry_stack.machines.existing_host._login", lambda *_: None)


def marker(tool: MachineTool, name: str = "registry0") -> Path:
    return tool.storage / "registry-stack" / f"{name}.json"


def test_a_machine_is_made_and_described(machine_tool: MachineTool) -> None:
    login = create_machine(machine_tool.docker_machine, HYPERV)
    assert login == Login("192.0.2.7", "docker", "key of registry0", HOST_KEY, 22)
    assert machine_tool.commands == [CREATED, *DESCRIBED]
    assert machine_tool.calls[0]["native_ssh"] == "true"


def test_the_marker_is_there_before_docker_machine_starts(machine_tool: MachineTool) -> None:
    create_machine(machine_tool.docker_machine, HYPERV)
    assert json.loads(machine_tool.calls[0]["marker"]) == {"owner": "registry-stack-hyperv"}
    assert machines_of(machine_tool.docker_machine.store, "registry-stack-hyperv") == ["registry0"]
    assert machines_of(machine_tool.docker_machine.store, "registry-stack") == []


def test_what_an_interrupted_creation_left_is_removed_and_recreated(machine_tool: MachineTool) -> None:
    machine_tool.plan(create={"output": "Error creating machine", "exit": 1})
    with pytest.raises(CommandError, match="Error creating machine"):
        create_machine(machine_tool.docker_machine, HYPERV)
    assert (machine_tool.storage / "machines" / "registry0").exists()
    machine_tool.plan()
    create_machine(machine_tool.docker_machine, HYPERV)
    assert machine_tool.commands == [CREATED, HALF_MADE_REMOVED, CREATED, *DESCRIBED]


@pytest.mark.parametrize(
    "marked",
    [None, '{"owner": "registry-stack-demo"}', '{"owner": "registry-stack-hyperv2"}', "{}", "", '{"owner": null}'],
)
def test_a_machine_of_somebody_else_is_refused_and_not_touched(marked: str | None, machine_tool: MachineTool) -> None:
    theirs = machine_tool.storage / "machines" / "registry0"
    theirs.mkdir(parents=True)
    (theirs / "config.json").write_text("theirs")
    if marked is not None:
        marker(machine_tool).parent.mkdir()
        marker(machine_tool).write_text(marked)
    with pytest.raises(MachineError) as raised:
        create_machine(machine_tool.docker_machine, HYPERV)
    assert str(raised.value) == (
        f"docker-machine already has a machine named registry0 (in {machine_tool.storage}), and this stack did not "
        f"make it: take it over with adopt: true, choose another name, or remove it by hand: "
        f"{machine_tool.command} rm registry0"
    )
    assert machine_tool.commands == []
    assert (theirs / "config.json").read_text() == "theirs"
    assert (marker(machine_tool).read_text() if marked is not None else None) == marked


def test_a_key_is_handed_over_in_a_file_that_nobody_else_reads(machine_tool: MachineTool) -> None:
    create_machine(machine_tool.docker_machine, replace(HYPERV, driver="generic", options={}, ssh_key="K\n"))
    call = machine_tool.calls[0]
    assert (call["key"], call["key_mode"]) == ("K\n", 0o600)
    path = Path(call["arguments"][call["arguments"].index("--generic-ssh-key") + 1])
    assert not path.exists()


def test_a_key_that_a_killed_creation_left_is_gone_with_the_machine(machine_tool: MachineTool) -> None:
    key = marker(machine_tool).with_suffix(".key")
    for end in (
        lambda: create_machine(machine_tool.docker_machine, replace(HYPERV, driver="generic", options={}, ssh_key="K")),
        lambda: remove_machine(machine_tool.docker_machine, HYPERV.name),
    ):
        key.mkdir(parents=True)
        (key / "id_rsa").write_text("left")
        end()
        assert not key.exists()


def test_a_key_is_gone_after_a_failure_too(machine_tool: MachineTool) -> None:
    machine_tool.plan(create={"output": "no", "exit": 1})
    with pytest.raises(CommandError) as raised:
        create_machine(machine_tool.docker_machine, replace(HYPERV, driver="generic", options={}, ssh_key="s3cret"))
    arguments = machine_tool.calls[0]["arguments"]
    assert not Path(arguments[arguments.index("--generic-ssh-key") + 1]).exists()
    assert "s3cret" not in str(raised.value)


def generic(server: SshServer, host_key: str | None) -> MachineSpec:
    options = {"generic-ip-address": "127.0.0.1", "generic-ssh-port": str(server.port)}
    return MachineSpec("m", "me", "generic", options, server.user_key, host_key)


def test_a_known_host_key_is_met_before_docker_machine_goes_there(machine_tool: MachineTool) -> None:
    with SshServer().serving() as server:
        login = create_machine(machine_tool.docker_machine, generic(server, server.login.host_key))
    assert login == replace(server.login)


def test_a_machine_that_a_killed_destroy_forgot_is_met_where_it_had_moved_to(
    machine_tool: MachineTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_contact, "_SECONDS_TO_BOOT", 0)
    with SshServer().serving() as server:
        spec = replace(generic(server, server.login.host_key), moves_to="127.0.0.1")
        nobody = {**spec.options, "generic-ip-address": "127.0.0.5"}
        monkeypatch.setattr(first_contact, "wait_for_host_key", only_at("127.0.0.1", server.login.host_key))
        login = create_machine(machine_tool.docker_machine, replace(spec, options=nobody))
    assert login.host == "127.0.0.5"
    created = machine_tool.commands[0]
    assert created[created.index("--generic-ip-address") + 1] == "127.0.0.1"


def only_at(address: str, key: str) -> Callable[[str, int, float, str], str]:
    def shown(host: str, port: int, seconds: float, _: str) -> str:
        if host != address:
            raise DeadlineError(f"the SSH host key of {host}:{port}", seconds, None)
        return key

    return shown


def test_docker_machine_does_not_go_where_another_host_key_is_shown(machine_tool: MachineTool) -> None:
    expected = public(ed25519())
    with SshServer().serving() as server, pytest.raises(HostKeyError) as raised:
        create_machine(machine_tool.docker_machine, generic(server, expected))
    assert str(raised.value) == (f"127.0.0.1 presented the host key {server.login.host_key}, expected {expected}")
    assert machine_tool.commands == []
    assert server.tried == []


def test_a_host_key_that_nobody_knows_is_taken_at_first_contact(machine_tool: MachineTool) -> None:
    with SshServer().serving() as server:
        login = create_machine(machine_tool.docker_machine, generic(server, None))
        assert login.host_key == server.login.host_key
        assert login_of(machine_tool.docker_machine, "m", None) == login


def test_removal_takes_the_marker_along(machine_tool: MachineTool) -> None:
    create_machine(machine_tool.docker_machine, HYPERV)
    remove_machine(machine_tool.docker_machine, "registry0")
    assert machine_tool.commands[-1] == REMOVED
    assert not marker(machine_tool).exists()
    assert not (machine_tool.storage / "machines" / "registry0").exists()


def test_removal_of_what_is_gone_is_no_error(machine_tool: MachineTool) -> None:
    remove_machine(machine_tool.docker_machine, "registry0")
    assert machine_tool.commands == []
    create_machine(machine_tool.docker_machine, HYPERV)
    machine_tool.docker_machine.remove("registry0")
    remove_machine(machine_tool.docker_machine, "registry0")
    assert not marker(machine_tool).exists()


def test_a_failed_removal_keeps_the_marker(machine_tool: MachineTool) -> None:
    create_machine(machine_tool.docker_machine, HYPERV)
    machine_tool.plan(rm={"output": "hypervisor is busy", "exit": 1})
    with pytest.raises(CommandError, match="hypervisor is busy"):
        remove_machine(machine_tool.docker_machine, "registry0")
    assert marker(machine_tool).exists()


def test_nobody_works_on_a_machine_that_somebody_works_on(machine_tool: MachineTool) -> None:
    create_machine(machine_tool.docker_machine, HYPERV)
    impatient = replace(machine_tool.docker_machine, deadline=0)
    lock = machine_tool.storage / "registry-stack" / "registry0.lock"
    with locked(lock, "the machine registry0", 0):
        for work in (lambda: create_machine(impatient, HYPERV), lambda: remove_machine(impatient, "registry0")):
            with pytest.raises(DeadlineError, match="the lock on the machine registry0"):
                work()
    assert (machine_tool.storage / "machines" / "registry0").exists()
