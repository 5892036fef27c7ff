"""A `pulumi up` that is killed while it makes a machine: the next one finishes the job."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from providers.waiting import wait_for
from tests.e2e.stack import Stack, container_settings, left_of, remove_interrupted, taken_down

SECONDS = 90


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted("registry-stack-e2e-killed")
    made = Stack.make("e2e-killed", tmp_path_factory.mktemp("killed"), container_settings("192.168.235", {}))
    with taken_down(made):
        yield made


def kill_everything(up: subprocess.Popen[bytes]) -> None:
    os.killpg(up.pid, signal.SIGKILL)


def kill_the_engine_alone(up: subprocess.Popen[bytes]) -> None:
    up.kill()


@pytest.mark.parametrize("kill", [kill_everything, kill_the_engine_alone])
def test_up_after_a_kill_converges(stack: Stack, kill: object) -> None:
    assert callable(kill)
    entry = stack.storage / "machines" / "e2e-registry" / "config.json"
    arguments = stack.command("up", "--yes", "--skip-preview")
    with subprocess.Popen(
        arguments, env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as up:
        wait_for("docker-machine to begin", lambda: entry.exists() or None, SECONDS)
        kill(up)

    stack.pulumi("cancel", "--yes", "--stack", stack.name)
    stack.up()
    stack.up("--expect-no-changes")
    assert stack.outputs().registry == "e2e-registry.localdomain"
    stack.destroy()
    assert left_of(stack) == []
