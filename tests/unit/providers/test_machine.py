"""The Machine resource's provider: what it makes of properties, and what stays in the state."""

from pathlib import Path
from typing import Any

import pytest

from providers.machine import MachineProvider
from registry_stack.common.errors import CommandError
from registry_stack.machines import health as machine_health
from registry_stack.machines import lifecycle
from tests.fakes.machine_tool import MachineTool

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJd2"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKe3"


def inputs(executable: MachineTool, **changes: object) -> dict[str, Any]:
    given: dict[str, object] = {"name": "m", "driver": "hyperv", "options": {"hyperv-memory": "512"}, "owner": "me"}
    given |= {"tool": executable.props, "moves": False, "adopt": False, "keep": False}
    return {key: value for key, value in {**given, "pinned_host_key": HOST_KEY, **changes}.items() if value is not None}


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every machine's engine answers. tests/unit/machines/test_health.py tests how that is found out."""
    monkeypatch.setattr(machine_health, "is_ready", lambda *_: True)
    monkeypatch.setattr(machine_health, "wait_for_engine", lambda *_: None)
    monkeypatch.setattr(lifecycle, "protect_engine_key", lambda _: None)


def made(executable: MachineTool) -> dict[str, Any]:
    outs = MachineProvider().create(inputs(executable)).outs
    assert outs is not None
    return outs


def test_creation(machine_tool: MachineTool) -> None:
    result = MachineProvider().create(inputs(machine_tool))
    assert result.id == "m"
    assert result.outs is not None
    serial = result.outs.pop("serial")
    assert len(serial) == 32
    assert result.outs == {
        **inputs(machine_tool),
        "address": "192.0.2.7",
        "user": "docker",
        "port": 22,
        "private_key": "key of m",
        "host_key": HOST_KEY,
        "folder": str(machine_tool.storage / "machines" / "m"),
        "drift": [],
    }


def test_every_creation_has_a_serial_of_its_own(machine_tool: MachineTool) -> None:
    provider, first = MachineProvider(), made(machine_tool)
    provider.delete("m", first)
    assert made(machine_tool)["serial"] != first["serial"]


def test_nothing_is_to_be_done_after_creation(machine_tool: MachineTool) -> None:
    assert MachineProvider().diff("m", made(machine_tool), inputs(machine_tool)).changes is False


def test_reading_changes_nothing_and_notices_what_is_gone(machine_tool: MachineTool) -> None:
    provider, outs = MachineProvider(), made(machine_tool)
    there = provider.read("m", outs)
    assert (there.id, there.outs) == ("m", outs)
    provider.delete("m", outs)
    gone = provider.read("m", outs)
    assert (gone.id, gone.outs) == ("", {})


def test_deletion(machine_tool: MachineTool) -> None:
    provider, outs = MachineProvider(), made(machine_tool)
    provider.delete("m", outs)
    assert machine_tool.commands[-1] == ["rm", "-y", "m"]
    ran = len(machine_tool.commands)
    provider.delete("m", outs)
    assert len(machine_tool.commands) == ran


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "another"},
        {"pinned_host_key": OTHER_KEY},
        {"pinned_host_key": None},
        {"ssh_key": "K"},
        {"keep": True},
        {"moves": True},
    ],
    ids=str,
)
def test_an_update_settles_and_changes_nothing_of_a_machine_that_is_well(
    changes: dict[str, object], machine_tool: MachineTool
) -> None:
    provider, outs = MachineProvider(), made(machine_tool)
    ran, news = len(machine_tool.commands), inputs(machine_tool, **changes)
    assert provider.diff("m", outs, news).changes
    updated = provider.update("m", outs, news).outs
    assert updated is not None
    assert provider.diff("m", updated, news).changes is False, "the same update would come again with every up"
    assert {command[0] for command in machine_tool.commands[ran:]} <= {"ip", "status", "inspect"}
    assert {key: updated[key] for key in ("serial", "address", "private_key")} == {
        key: outs[key] for key in ("serial", "address", "private_key")
    }


def test_a_host_key_that_is_pinned_later_is_the_one_to_verify(machine_tool: MachineTool) -> None:
    provider, outs = MachineProvider(), made(machine_tool)
    updated = provider.update("m", outs, inputs(machine_tool, pinned_host_key=OTHER_KEY)).outs
    assert updated is not None
    assert updated["host_key"] == OTHER_KEY
    unpinned = provider.update("m", updated, inputs(machine_tool, pinned_host_key=None)).outs
    assert unpinned is not None
    assert unpinned["host_key"] == OTHER_KEY, "one that is known is not forgotten"


def test_the_folder_moves_with_the_storage(machine_tool: MachineTool, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    outs, news = made(machine_tool), inputs(machine_tool, tool={**machine_tool.props, "storage": str(elsewhere)})
    machine_tool.storage.rename(elsewhere)
    assert MachineProvider().diff("m", outs, news).changes
    updated = MachineProvider().update("m", outs, news).outs
    assert updated is not None
    assert updated["folder"] == str(elsewhere / "machines" / "m")
    assert MachineProvider().diff("m", updated, news).changes is False


def test_a_failure_is_docker_machines_own_words(machine_tool: MachineTool) -> None:
    machine_tool.plan(create={"output": "VBoxManage not found. Make sure VirtualBox is installed", "exit": 3})
    with pytest.raises(CommandError) as raised:
        made(machine_tool)
    assert str(raised.value) == (
        f"{machine_tool.command} create --driver hyperv --hyperv-memory 512 m exited with 3:\n"
        "    VBoxManage not found. Make sure VirtualBox is installed"
    )
