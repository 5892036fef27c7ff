"""What happens on a host of the generic driver before docker-machine works on it, and after that has failed."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.guest.generic import prepare_host, protect_engine_key, recover_host
from registry_stack.machines.lifecycle import adopt_machine, create_machine
from registry_stack.machines.spec import MachineSpec
from tests.fakes.machine_tool import MachineTool
from tests.fakes.ssh_server import Reply, SshServer

PREPARED, PROTECTED = prepare_host(), protect_engine_key()


def spec(ssh: SshServer, **changes: object) -> MachineSpec:
    options = {"generic-ip-address": "127.0.0.1", "generic-ssh-user": "docker", "generic-ssh-port": str(ssh.port)}
    made = MachineSpec("m", "me", "generic", options, ssh.user_key, ssh.login.host_key)
    return replace(made, **changes)  # type: ignore[arg-type]  # of the test's own


def scripts(ssh: SshServer) -> list[str]:
    return [script for script, _ in ssh.asked]


def test_a_host_is_prepared_before_docker_machine_and_its_key_protected_after(machine_tool: MachineTool) -> None:
    seen: list[list[list[str]]] = []

    def answer(_script: str, _stdin: str) -> Reply:
        seen.append(machine_tool.commands)
        return Reply()

    with SshServer(answer).serving() as ssh:
        create_machine(machine_tool.docker_machine, spec(ssh))
    assert scripts(ssh) == [PREPARED, PROTECTED]
    before, after = ([command[0] for command in commands] for commands in seen)
    assert "create" not in before
    assert "create" in after


def test_a_key_in_a_file_and_a_host_key_that_nobody_knew(machine_tool: MachineTool, tmp_path: Path) -> None:
    with SshServer().serving() as ssh:
        key = tmp_path / "id"
        key.write_text(ssh.user_key)
        options = {**spec(ssh).options, "generic-ssh-key": str(key)}
        login = create_machine(machine_tool.docker_machine, spec(ssh, options=options, ssh_key=None, host_key=None))
    assert login.host_key == ssh.login.host_key
    assert scripts(ssh) == [PREPARED, PROTECTED]


@pytest.mark.parametrize(("printed", "known"), [("", False), ("known\n", True)])
def test_a_hosts_engine_runs_again_after_a_failure(printed: str, known: bool, machine_tool: MachineTool) -> None:
    machine_tool.plan(create={"output": "exit status 1", "exit": 1})

    def answer(script: str, _: str) -> Reply:
        return Reply(printed) if script == PREPARED else Reply(code=1)

    with SshServer(answer).serving() as ssh, pytest.raises(CommandError, match="exit status 1"):
        create_machine(machine_tool.docker_machine, spec(ssh))
    assert scripts(ssh) == [PREPARED, recover_host(known=known)]


def test_a_host_that_can_not_work_is_not_touched_by_docker_machine(machine_tool: MachineTool) -> None:
    def answer(_script: str, _stdin: str) -> Reply:
        return Reply(errors="it has a docker command, /usr/bin/docker, but no dockerd", code=1)

    refused = pytest.raises(CommandError, match=r"looking at its engine on .*\n.*but no dockerd")
    with SshServer(answer).serving() as ssh, refused:
        create_machine(machine_tool.docker_machine, spec(ssh))
    assert machine_tool.commands == []
    assert scripts(ssh) == [PREPARED]


def test_container_machines_are_as_they_should_be(machine_tool: MachineTool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_stack.machines.first_contact.wake_container", lambda *_: None)
    with SshServer().serving() as ssh:
        create_machine(machine_tool.docker_machine, spec(ssh, instance="c0ffee"))
    assert scripts(ssh) == []


def test_a_machine_that_is_adopted_protects_its_key(machine_tool: MachineTool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_stack.machines.lifecycle.heal", lambda *_: None)
    with SshServer().serving() as ssh:
        create_machine(machine_tool.docker_machine, spec(ssh))
        ssh.asked.clear()
        monkeypatch.setattr("registry_stack.machines.lifecycle.login_of", lambda *_: ssh.login)
        adopt_machine(machine_tool.docker_machine, spec(ssh))
    assert scripts(ssh) == [PROTECTED]
