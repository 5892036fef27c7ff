"""Twenty machines in one `up`."""

from collections.abc import Iterator

import pytest

from tasks.demo.tour import pull_site, push_site
from tests.e2e.stack import Stack, container_settings, left_of, remove_interrupted, taken_down

NAME, SUBNET = "soak-many", "192.168.251"
CLIENTS = [f"soak-{number:02}" for number in range(1, 20)]


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(f"registry-stack-{NAME}")
    settings = container_settings(SUBNET, dict.fromkeys(CLIENTS, "engine"))
    made = Stack.make(NAME, tmp_path_factory.mktemp("many"), settings)
    made.set({**settings, "dockerMachine": {"storage": str(made.storage), "parallel": 20}})
    with taken_down(made):
        yield made


def test_twenty_machines_in_one_up(stack: Stack) -> None:
    stack.up()
    stack.up("--expect-no-changes")
    outputs = stack.outputs()
    repository = f"{outputs.registry}/site"
    digest = push_site(outputs.clients[CLIENTS[0]], repository)
    for name in CLIENTS:
        pull_site(outputs.clients[name], repository, digest)
    stack.destroy()
    assert left_of(stack) == []
