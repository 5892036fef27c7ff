import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from docker.errors import DockerException

from tasks.engine import install as engine
from tasks.engine.install import EngineError, ensure_engine, last_lines, need_reachable_containers, why_unreachable
from tests.unit.tasks.fake_workshop import executable

LINUX = {"OperatingSystem": "Debian GNU/Linux 12 (bookworm)", "SecurityOptions": ["name=seccomp,profile=default"]}
INFORMATION = {**LINUX, "ServerVersion": "20.10.24"}


@pytest.mark.parametrize(
    ("information", "system", "why"),
    [
        (LINUX, "Linux", None),
        ({"OperatingSystem": "Ubuntu 24.04"}, "Linux", None),
        ({"OperatingSystem": "Alpine", "SecurityOptions": None}, "Linux", None),
        ({"OperatingSystem": "Docker Desktop"}, "Linux", "Docker Desktop keeps containers inside"),
        ({**LINUX, "SecurityOptions": ["name=seccomp", "name=rootless"]}, "Linux", "a rootless engine"),
        ({"OperatingSystem": "Docker Desktop"}, "Darwin", "inside a virtual machine here"),
        ({"OperatingSystem": "Alpine"}, "Darwin", "inside a virtual machine here"),
        ({"OperatingSystem": "Docker Desktop"}, "Windows", "inside a virtual machine here"),
    ],
)
def test_where_containers_can_be_reached(information: Mapping[str, Any], system: str, why: str | None) -> None:
    found = why_unreachable(information, system)
    assert found is None if why is None else found is not None and why in found


def test_what_works_instead_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "engine_information", lambda _: {**INFORMATION, "OperatingSystem": "Docker Desktop"})
    with pytest.raises(EngineError, match=r"WSL2.*Pulumi\.hyperv\.yaml.*virtualbox"):
        need_reachable_containers({})
    monkeypatch.setattr(engine, "engine_information", lambda _: INFORMATION)
    need_reachable_containers({})


class Machine:
    """A host on which commands are only remembered, and an engine that answers once it was started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, programs: Sequence[str], error: str = "no such file") -> None:
        self.commands: list[list[str]] = []
        self.started = False
        self.error = error
        self.programs = set(programs)
        monkeypatch.setattr(engine, "engine_information", self.information)
        monkeypatch.setattr(shutil, "which", lambda name: f"/{name}" if name in self.programs else None)
        monkeypatch.setattr(engine, "_start", self.start)
        monkeypatch.setattr(platform, "system", lambda: "Linux")
        monkeypatch.setattr(os, "geteuid", lambda: 0)

    def information(self, _environment: Mapping[str, str]) -> dict[str, Any]:
        if not self.started:
            raise DockerException(self.error)
        return INFORMATION

    def start(self, *_arguments: object) -> None:
        assert "dockerd" in self.programs
        self.started = True

    def run(
        self, command: Sequence[str], *, environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
    ) -> str:
        assert environment == {"DEBIAN_FRONTEND": "noninteractive"}
        assert deadline > 0
        assert not keep_open
        self.commands.append(list(command))
        self.programs.add("dockerd")
        return ""


def test_an_engine_that_answers_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, [])
    machine.started = True
    line = ensure_engine({"DOCKER_HOST": "unix:///mine.sock"}, tmp_path / "log", machine.run)
    assert line == "Docker engine 20.10.24: answers at unix:///mine.sock"
    assert machine.commands == []


def test_an_installed_engine_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, ["dockerd", "apt-get"])
    assert ensure_engine({}, tmp_path / "log", machine.run).startswith("Docker engine 20.10.24: answers at unix:///var")
    assert machine.commands == []


def test_on_debian_root_gets_an_engine_installed_and_is_told_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(monkeypatch, ["apt-get"])
    ensure_engine({}, tmp_path / "log", machine.run)
    assert machine.commands == [
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "docker.io", "iptables"],
    ]
    assert "installing Debian's packages docker.io and iptables" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "user", "programs", "error", "says"),
    [
        (None, 1000, ["apt-get"], "refused", "no Docker engine answers at unix:///var/run/docker.sock; start it, or"),
        (None, 1000, ["dockerd"], "PermissionError(13, 'Permission denied')", "add the user to the group docker"),
        (None, 0, [], "refused", "install Docker Engine"),
        ("tcp://192.0.2.1:2376", 0, ["dockerd", "apt-get"], "refused", "no Docker engine answers at tcp://192.0.2.1"),
    ],
)
def test_nothing_is_installed_or_started_where_that_is_not_ours_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str | None,
    user: int,
    programs: list[str],
    error: str,
    says: str,
) -> None:
    machine = Machine(monkeypatch, programs, error)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(EngineError, match=says):
        ensure_engine({"DOCKER_HOST": host} if host else {}, tmp_path / "log", machine.run)
    assert machine.commands == []


@pytest.fixture
def own_dockerd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dockerd that is a script, on a machine without systemd; returns the script's path."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(engine, "SYSTEMD", tmp_path / "nowhere")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "bin" / "dockerd"


def test_an_engine_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_dockerd: Path
) -> None:
    executable(own_dockerd, "#!/bin/sh\necho starting; echo 'no space left' >&2; exit 3\n")

    def refused(_environment: Mapping[str, str]) -> dict[str, Any]:
        raise DockerException("refused")

    monkeypatch.setattr(engine, "engine_information", refused)
    with pytest.raises(EngineError, match=r"^dockerd ended with 3:\n    starting\n    no space left$"):
        ensure_engine({}, tmp_path / "log")


def test_an_engine_is_waited_for_and_outlives_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_dockerd: Path
) -> None:
    answers = tmp_path / "answers"
    executable(own_dockerd, f"#!/bin/sh\necho $$ > {answers}.new; mv {answers}.new {answers}; exec sleep 300\n")

    def information(_environment: Mapping[str, str]) -> dict[str, Any]:
        if not answers.exists():
            raise DockerException("refused")
        return INFORMATION

    monkeypatch.setattr(engine, "engine_information", information)
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", popen)
    try:
        assert ensure_engine({}, tmp_path / "log").startswith("Docker engine 20.10.24: answers")
        assert started[0].poll() is None
        assert os.getsid(started[0].pid) == started[0].pid
    finally:
        started[0].kill()
        started[0].wait(30)


def test_the_end_of_the_engines_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log) == ""
    log.write_text("\n".join(f"line {number}" for number in range(20)))
    assert last_lines(log).splitlines()[0] == "    line 12"
    assert last_lines(log).endswith("    line 19")
