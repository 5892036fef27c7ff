"""RegistryStack as a component of another program: the example that users are shown."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tasks.demo.tour import tour
from tasks.layout import HERE
from tests.e2e.stack import Stack, left_of, remove_interrupted, taken_down

PROGRAM = HERE.checkout / "examples" / "component"
NAME = "e2e"


@dataclass(frozen=True)
class Component(Stack):
    """A stack of the example."""

    @property
    def owner(self) -> str:
        return f"component-{self.name}-lab"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    made = Component.make(NAME, tmp_path, program=PROGRAM)
    # the program's settings don't say where docker-machine keeps its machines
    made = replace(made, environment={**made.environment, "MACHINE_STORAGE_PATH": str(made.storage)})
    remove_interrupted(made.owner)
    with taken_down(made):
        yield made


def test_the_example_is_a_registry_that_its_client_uses(stack: Stack) -> None:
    stack.up()
    outputs = stack.outputs()
    assert (outputs.registry, list(outputs.clients)) == ("lab-registry.localdomain", ["lab-client"])
    assert len(list(tour(outputs))) == 5
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.destroy()
    assert left_of(stack) == []
