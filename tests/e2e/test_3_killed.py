"""A `pulumi up` that is killed while it creates a machine: the next one copes with it, and the last one finishes the
job."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.killing import Operation, kill_session, kill_when
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


def kill_the_engine_alone(up: int) -> None:
    """The plugins, and docker-machine below one of them, live on."""
    os.kill(up, signal.SIGKILL)


@pytest.mark.parametrize(
    ("kill", "moments"),
    [
        (kill_session, [NETWORK, CONTAINER, PROBE, ENTRY]),
        (kill_the_engine_alone, [ENTRY]),
    ],
)
def test_up_after_kills_converges(stack: Stack, kill: Callable[[int], None], moments: list[str]) -> None:
    for moment in moments:
        kill_when(stack, "up", partial(is_there, moment), kill=kill, seconds=SECONDS)

    stack.up()
    assert [path for path in (stack.folder / "temporary").rglob("*") if path.is_file() and has_key(path)] == []
    stack.up("--expect-no-changes")
    assert stack.outputs().registry == "e2e-registry.localdomain"
    stack.destroy()
    assert left_of(stack) == []


def has_key(path: Path) -> bool:
    return KEY in path.read_text("utf-8", "replace")


def is_there(moment: str, up: Operation) -> bool:
    """Whether something is there whose name ends so."""
    return any(each.endswith(moment) for each in left_of(up.stack))
