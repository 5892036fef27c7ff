"""A `pulumi up` that is killed while it makes a machine: the next one gets over it, and the last finishes the job."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from providers.waiting import wait_for
from tests.e2e.sessions import kill_session
from tests.e2e.stack import KEY, Stack, container_settings, left_of, remove_interrupted, taken_down

SECONDS = 90
# what is there first when the network is made, the container, docker-machine's certificates, the machine
NETWORK = "registry-stack-e2e-killed"
CONTAINER = f"{NETWORK}-e2e-registry"
PROBE = "machines/first-certificates/config.json"
ENTRY = "machines/e2e-registry/config.json"


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(NETWORK)
    made = Stack.make("e2e-killed", tmp_path_factory.mktemp("killed"), container_settings("192.168.235", {}))
    with taken_down(made):
        yield made


def kill_everything(up: subprocess.Popen[bytes]) -> None:
    """The plugins and docker-machine as well: what a host that loses its power does."""
    kill_session(up.pid)


def kill_the_engine_alone(up: subprocess.Popen[bytes]) -> None:
    """The plugins, and docker-machine below one of them, live on."""
    up.kill()


@pytest.mark.parametrize(
    ("kill", "moments"),
    [
        (kill_everything, [NETWORK, CONTAINER, PROBE, ENTRY]),
        (kill_the_engine_alone, [ENTRY]),
    ],
)
def test_up_after_kills_converges(
    stack: Stack, kill: Callable[[subprocess.Popen[bytes]], None], moments: list[str]
) -> None:
    for moment in moments:
        killed_when(stack, moment, kill)
        stack.pulumi("cancel", "--yes", "--stack", stack.name)

    stack.up()
    assert [path for path in (stack.folder / "temporary").rglob("*") if path.is_file() and has_key(path)] == []
    stack.up("--expect-no-changes")
    assert stack.outputs().registry == "e2e-registry.localdomain"
    stack.destroy()
    assert left_of(stack) == []


def has_key(path: Path) -> bool:
    return KEY in path.read_text("utf-8", "replace")


def killed_when(stack: Stack, moment: str, kill: Callable[[subprocess.Popen[bytes]], None]) -> None:
    """Starts an `up` and kills it as soon as something is there whose name ends so."""
    log = stack.folder / "up.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            stack.command("up", "--yes", "--skip-preview"),
            env=stack.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as up,
    ):

        def seen() -> bool | None:
            assert up.poll() is None, f"the up ended before it could be killed:\n{log.read_text('utf-8')[-3000:]}"
            return any(each.endswith(moment) for each in left_of(stack)) or None

        wait_for("the up to come that far", seen, SECONDS, pause=0.01)
        kill(up)
