"""A local Docker engine for the demo's machines: the one that is there; on Debian, if there is none, one is installed.

This is the one task that writes outside the checkout, and it says so first.
"""

import os
import platform
import shutil
import subprocess
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from registry_stack.common.errors import DeadlineError, StackError
from registry_stack.common.runner import Runner, run
from registry_stack.common.waiting import wait_for
from tasks.command import spelled
from tasks.engine.reachable import INSTEAD, why_never
from tasks.layout import HERE

USUAL = "unix:///var/run/docker.sock"
# Where systemd runs, as its own sd_booted(3) tells.
SYSTEMD = Path("/run/systemd/system")
PACKAGES = ("docker.io", "iptables")
ANSWER_SECONDS = 10
START_SECONDS = 60.0
APT_SECONDS = 900.0
FAILURES = (DockerException, RequestException, OSError)
LOG_LINES = 8


class EngineError(StackError):
    """There is no engine that can be used; the text says what would help."""


def make_engine_answer(_: Namespace) -> None:
    """Prints a line about the engine, which answers then. Raises StackError if there can be none."""
    print(ensure_engine(os.environ, HERE.state / "dockerd.log"))


def engine_information(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the engine of that environment says about itself. Raises one of FAILURES if none answers."""
    client = docker.DockerClient.from_env(environment=dict(environment), timeout=ANSWER_SECONDS)
    try:
        information: dict[str, Any] = client.info()
    finally:
        client.close()
    return information


def why_unreachable(information: Mapping[str, Any], system: str) -> str | None:
    """Why this host cannot reach the addresses of the engine's containers; None if it can.

    `information` is the engine's own, `system` what `platform.system()` says.
    """
    if never := why_never(system):
        return never
    if "Docker Desktop" in str(information.get("OperatingSystem")):
        return "Docker Desktop keeps containers inside its own virtual machine, and their addresses cannot be reached"
    if any("rootless" in option for option in information.get("SecurityOptions") or ()):
        return "a rootless engine keeps its networks to itself, and its containers' addresses cannot be reached"
    return None


def need_reachable_containers(environment: Mapping[str, str]) -> None:
    """Raises EngineError, naming what works instead, if this host could not reach container machines."""
    try:
        why = why_unreachable(engine_information(environment), platform.system())
    except FAILURES as error:
        raise EngineError(_no_answer(environment, error)) from None
    if why:
        raise EngineError(f"{why}; {INSTEAD}")


def ensure_engine(environment: Mapping[str, str], log: Path, runner: Runner = run) -> str:
    """Makes sure that an engine answers; returns one line about it. Raises EngineError if there can be none."""
    try:
        return _line(engine_information(environment), environment)
    except FAILURES as error:
        refused = _no_answer(environment, error)
    if environment.get("DOCKER_HOST", USUAL) != USUAL or platform.system() != "Linux" or os.geteuid() != 0:
        raise EngineError(refused)
    if shutil.which("dockerd") is None:
        _install(runner, refused)
    _start(environment, log, runner)
    return _line(engine_information(environment), environment)


def _install(runner: Runner, refused: str) -> None:
    if shutil.which("apt-get") is None:
        raise EngineError(refused)
    print(f"Docker engine: there is none; installing Debian's packages {' and '.join(PACKAGES)}", flush=True)
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *PACKAGES]
    for command in (["apt-get", "update", "-qq"], install):
        runner(command, environment=quietly, deadline=APT_SECONDS)


def _start(environment: Mapping[str, str], log: Path, runner: Runner) -> None:
    """Starts an installed engine, by systemd if that runs, else directly, and waits until it answers."""
    if SYSTEMD.exists():
        print("Docker engine: starting docker.service", flush=True)
        runner(["systemctl", "start", "docker"], environment={}, deadline=START_SECONDS)
        process = None
    else:
        print(f"Docker engine: starting dockerd directly; its log is {log}", flush=True)
        with log.open("ab") as file:
            # it outlives this process, as a service would
            process = subprocess.Popen(
                ["dockerd"], stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, cwd="/"
            )

    def answers() -> dict[str, Any]:
        try:
            return engine_information(environment)
        except FAILURES:
            # Debian's package may have started one already: that ours has ended matters only if none answers
            if process is not None and process.poll() is not None:
                raise EngineError(f"dockerd ended with {process.returncode}:\n{last_lines(log)}") from None
            raise

    try:
        wait_for("the Docker engine to answer", answers, START_SECONDS, failures=FAILURES)
    except DeadlineError as error:
        raise EngineError(f"{error}\n{last_lines(log)}") from None


def last_lines(log: Path) -> str:
    """The end of a log, indented; nothing if there is none."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-LOG_LINES:])


def _line(information: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    return f"Docker engine {information['ServerVersion']}: answers at {environment.get('DOCKER_HOST', USUAL)}"


def _no_answer(environment: Mapping[str, str], error: Exception) -> str:
    address = environment.get("DOCKER_HOST", USUAL)
    if "PermissionError" in str(error) or "Permission denied" in str(error):
        return f"the Docker engine at {address} refuses this user; add the user to the group docker, and log in again"
    by_itself = f"root's `{spelled('engine')}` installs Debian's docker.io"
    advice = {
        "Linux": f"start it, or install Docker Engine ({by_itself})",
        "Darwin": "start Docker Desktop",
        "Windows": "start Docker Desktop",
    }
    return f"no Docker engine answers at {address}; {advice.get(platform.system(), 'start one')} ({error})"
