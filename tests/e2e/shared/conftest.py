"""The stack that the tests of this folder share: a registry with a client of each kind of trust."""

from collections.abc import Iterator

import pytest

from tasks.demo.tour import REPOSITORY, TAG, tour
from tasks.stack.outputs import Outputs
from tests.e2e.shared.receiver import Receiver
from tests.e2e.shared.watch import ProcessWatch
from tests.e2e.stack import Stack, container_settings, remove_interrupted, taken_down

SUBNET = "192.168.234"
NAME = "e2e"
CLIENTS = {"e2e-system": "system", "e2e-engine": "engine"}
HEADER = "a token that only the endpoint may see"


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """What the registry notifies."""
    with Receiver.listening() as listening:
        yield listening


@pytest.fixture(scope="session")
def watch() -> ProcessWatch:
    """All command lines seen on this host while the shared stack was brought up."""
    return ProcessWatch()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, watch: ProcessWatch) -> Iterator[Stack]:
    """The shared stack, which is up; it is taken down at the end."""
    settings = container_settings(SUBNET, CLIENTS)
    endpoint = {
        "name": "test",
        "url": f"http://{SUBNET}.2:{receiver.port}/events",
        "headers": {"Authorization": [HEADER]},
    }
    remove_interrupted(f"registry-stack-{NAME}")
    made = Stack.make(NAME, tmp_path_factory.mktemp("e2e"), settings)
    made.set_secret("notifications", [endpoint])
    with taken_down(made):
        with watch.watching():
            made.up()
        yield made


@pytest.fixture(scope="session")
def outputs(stack: Stack) -> Outputs:
    """The shared stack's outputs."""
    return stack.outputs()


@pytest.fixture(scope="session")
def image(outputs: Outputs) -> tuple[str, str]:
    """A repository and a tag that the tour has pushed."""
    list(tour(outputs))
    return f"{outputs.registry}/{REPOSITORY}", TAG
