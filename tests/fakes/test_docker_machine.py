"""The machine's life over an executable in docker-machine's place: real processes, its noise, and a deadline."""

import json
import stat
from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.options import faults
from tests.fakes.docker_machine import executable


@pytest.fixture
def tool(tmp_path: Path) -> DockerMachine:
    (tmp_path / "storage").mkdir()
    return DockerMachine(str(executable(tmp_path)), tmp_path / "storage", 30)


def plan(tool: DockerMachine, **verbs: dict[str, object]) -> None:
    (tool.storage / "plan.json").write_text(json.dumps(verbs))


def test_a_life(tool: DockerMachine) -> None:
    assert faults(tool, "hyperv", {"hyperv-memroy": "1"}) == [
        "docker-machine's driver hyperv has no option hyperv-memroy: did you mean hyperv-memory?"
    ]
    tool.create("m", "hyperv", {"hyperv-memory": "512", "engine-label": ["a=1", "b=2"]}, lock=0)
    assert not tool.store.exists("first-certificates")
    described = tool.inspect("m")
    assert (described.driver, described.address) == ("hyperv", tool.address("m"))
    assert tool.is_running("m") is True
    tool.record("m").keep_entry()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tool.store.folder("m").glob("*key.pem")} == {0o600}
    tool.regenerate_certificates("m")
    tool.remove("m")
    assert not tool.store.exists("m")


def test_what_goes_wrong(tool: DockerMachine) -> None:
    tool.create("other", "virtualbox", {}, lock=0)
    plan(tool, create={"after": 3, "says": "Error creating machine: disk full"})
    with pytest.raises(CommandError, match="exited with 1:\n    Error creating machine: disk full"):
        tool.create("m", "virtualbox", {}, lock=0)
    plan(tool, status={"after": 1, "hangs": True})
    patient = DockerMachine(tool.command, tool.storage, 1)
    with pytest.raises(CommandError, match="status other timed out and was stopped"):
        patient.is_running("other")
    tool.record("other").keep_entry()
    tool.record("other").restore_entry()
    assert tool.store.entry("other") is not None
