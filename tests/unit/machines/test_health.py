"""What a look at a machine finds, and that it is healed with the least."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry_stack.common.errors import CommandError, MachineError
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.health import Health, inspect_machine
from registry_stack.remote import docker_engine
from tests.certificates import Authority, Issued, server_context
from tests.fakes.hypervisor import OFF
from tests.fakes.loopback import FakeEngine, http_server
from tests.fakes.pulumi_engine import Engine
from tests.fakes.recorder import Recorder
from tests.fakes.runner import FakeRunner
from tests.fakes.seams import Disk, led_to

HERE = "127.0.0.1"


def running(storage: Path) -> DockerMachine:
    return DockerMachine("docker-machine", storage, 10, Recorder(lambda c: "Running\n" if c[1] == "status" else HERE))


@pytest.mark.parametrize(
    ("shown", "ready", "health"),
    [
        ("its own", True, Health.WELL),
        ("its own", False, Health.SILENT),
        ("expired", True, Health.UNTRUSTED),
        ("of another address", True, Health.UNTRUSTED),
        ("of another authority", True, Health.UNTRUSTED),
    ],
)
def test_an_engine(shown: str, ready: bool, health: Health, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    authority.engine_folder(tmp_path / "machines" / "m")
    issued: dict[str, Issued] = {
        "its own": authority.issue(HERE),
        "expired": authority.issue(HERE, lasts=datetime.timedelta(hours=-1)),
        "of another address": authority.issue("127.0.0.9"),
        "of another authority": Authority("other").issue(HERE),
    }
    context = server_context(tmp_path, issued[shown], clients_of=authority)
    with http_server(FakeEngine(ready=ready), context) as port:
        monkeypatch.setattr(docker_engine, "PORT", port)
        assert inspect_machine(running(tmp_path), "m") is health
    assert inspect_machine(running(tmp_path), "m") is Health.SILENT, "nobody listens any more"


@pytest.mark.parametrize(("said", "health"), [("Stopped\n", Health.STOPPED), ("Saved\n", Health.STOPPED)])
def test_a_machine_that_does_not_run(said: str, health: Health, tmp_path: Path) -> None:
    (tmp_path / "machines" / "m").mkdir(parents=True)
    assert inspect_machine(DockerMachine("docker-machine", tmp_path, 10, Recorder(said)), "m") is health


def test_a_machine_that_is_gone(tmp_path: Path) -> None:
    assert inspect_machine(running(tmp_path), "m") is Health.GONE
    (tmp_path / "machines" / "m").mkdir(parents=True)

    def lost(command: list[str]) -> str:
        raise CommandError(command, 4, "Not Found\nm not found\n")

    assert inspect_machine(DockerMachine("docker-machine", tmp_path, 10, Recorder(lost)), "m") is Health.GONE


@pytest.fixture
def runner() -> Iterator[FakeRunner]:
    runner = FakeRunner()
    with led_to(runner, Disk()):
        yield runner


def inputs(storage: Path, **changes: object) -> dict[str, Any]:
    tool = {"command": "docker-machine", "storage": str(storage), "deadline": 60.0}
    given = {"name": "m", "driver": "virtualbox", "options": {}, "owner": "me", "tool": tool}
    return {**given, "moves": False, "adopt": False, "keep": False, **changes}


CHANGING = {"start", "regenerate-certs", "create", "rm"}


def changing(runner: FakeRunner) -> list[str]:
    return [command[0] for command in runner.commands if command[0] in CHANGING and "--help" not in command]


@pytest.mark.parametrize(
    ("drift", "found", "least"),
    [
        ("nothing", [], []),
        # a start gives this hypervisor's machines another address, for which the certificate is not
        ("stopped", ["the machine is stopped"], ["start", "regenerate-certs"]),
        ("elsewhere", ["its engine's certificates do not fit"], ["regenerate-certs"]),
        ("expired", ["its engine's certificates do not fit"], ["regenerate-certs"]),
        ("lost", None, ["rm", "create"]),
        ("cut", [], []),
    ],
)
def test_up_does_the_least(
    drift: str, found: list[str] | None, least: list[str], tmp_path: Path, runner: FakeRunner
) -> None:
    engine = Engine()
    engine.up(inputs(tmp_path))
    (vm,) = runner.hypervisor.vms.values()
    if drift == "stopped":
        vm.state = OFF
    elif drift == "elsewhere":
        runner.hypervisor.start(vm)
    elif drift == "expired":
        vm.certificate = "expired"
    elif drift == "lost":
        runner.hypervisor.remove(vm)
    elif drift == "cut":
        (tmp_path / "machines" / "m" / "config.json").write_text("{")
    runner.commands.clear()
    engine.refresh()
    assert changing(runner) == [], "a refresh changes nothing"
    assert (None if engine.state is None else json.loads(engine.state)["drift"]) == found
    engine.up(inputs(tmp_path))
    assert changing(runner) == least
    engine.refresh()
    assert engine.is_settled(inputs(tmp_path))


def test_nothing_to_adopt_is_an_error(tmp_path: Path, runner: FakeRunner) -> None:
    with pytest.raises(MachineError, match=r"^docker-machine has no machine named m \(in .*\) to adopt$"):
        Engine().up(inputs(tmp_path, adopt=True, keep=True))
    assert runner.commands == []


@pytest.mark.parametrize("keep", [True, False])
def test_an_adopted_machine_is_not_marked_and_kept_unless_told_otherwise(
    keep: bool, tmp_path: Path, runner: FakeRunner
) -> None:
    environment = {"MACHINE_STORAGE_PATH": str(tmp_path)}
    runner(["docker-machine", "create", "--driver", "virtualbox", "m"], environment=environment, deadline=1)
    runner.commands.clear()
    engine = Engine()
    engine.up(inputs(tmp_path, adopt=True, keep=keep))
    assert changing(runner) == []
    assert not (tmp_path / "registry-stack" / "m.json").exists()
    engine.destroy()
    assert len(runner.hypervisor.vms) == keep
    assert (tmp_path / "machines" / "m").exists() is keep


def test_an_adopted_machine_that_is_stopped_is_started(tmp_path: Path, runner: FakeRunner) -> None:
    environment = {"MACHINE_STORAGE_PATH": str(tmp_path)}
    runner(["docker-machine", "create", "--driver", "virtualbox", "m"], environment=environment, deadline=1)
    (vm,) = runner.hypervisor.vms.values()
    vm.state = OFF
    engine = Engine()
    engine.up(inputs(tmp_path, adopt=True, keep=True))
    assert vm.state != OFF
    assert engine.is_settled(inputs(tmp_path, adopt=True, keep=True))


def test_a_name_that_is_taken_is_an_error_that_says_so(tmp_path: Path, runner: FakeRunner) -> None:
    environment = {"MACHINE_STORAGE_PATH": str(tmp_path)}
    runner(["docker-machine", "create", "--driver", "virtualbox", "m"], environment=environment, deadline=1)
    with pytest.raises(MachineError, match="take it over with adopt: true, choose another name, or remove it by hand"):
        Engine().up(inputs(tmp_path))
    assert len(runner.hypervisor.vms) == 1
