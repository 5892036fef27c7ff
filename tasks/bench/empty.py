"""An empty program's `pulumi up`, with the same tools and SDK: what every program's `up` takes, whatever it does."""

from dataclasses import dataclass, replace

import yaml

from tasks.bench.command import NO_CHANGES, init, operate
from tasks.bench.measure import Measured
from tasks.bench.stack import BenchStack
from tasks.layout import HERE

NAME = "empty"
RUNTIME = {"name": "python", "options": {"virtualenv": str(HERE.venv)}}


@dataclass(frozen=True)
class Pair:
    """Two `pulumi up` that change nothing, one right after the other: the program's and an empty program's."""

    program: Measured
    empty: Measured

    @property
    def ratio(self) -> float:
        """How many times the empty program's time the program's takes."""
        return self.program.seconds / self.empty.seconds


def run_pairs(stack: BenchStack, count: int) -> list[Pair]:
    """So many pairs, for a stack that is up. Raises CommandError if a command fails or changes something."""
    empty = make_empty(stack)
    return [Pair(operate(stack, "up", NO_CHANGES), operate(empty, "up", NO_CHANGES)) for _ in range(count)]


def make_empty(stack: BenchStack) -> BenchStack:
    """An empty program in the stack's folder, with a stack of its own that is up. Raises CommandError."""
    folder = stack.folder / NAME
    empty = replace(stack, checkout=folder, folder=folder)
    empty.stack_file.parent.mkdir(parents=True)
    for place in (folder, empty.stack_file.parent):
        (place / "Pulumi.yaml").write_text(yaml.safe_dump({"name": NAME, "runtime": RUNTIME}), "utf-8")
    (folder / "__main__.py").write_text("import pulumi\n", "utf-8")
    init(empty)
    operate(empty, "up")
    return empty
