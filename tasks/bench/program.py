"""The program's half of a run: up, up, refresh, destroy, by Pulumi's command line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docker import DockerClient

from registry_stack.common.runner import run
from tasks.bench.command import NO_CHANGES, SECONDS, init, operate
from tasks.bench.empty import Pair, run_pairs
from tasks.bench.measure import Measured
from tasks.bench.stack import STACK, BenchStack
from tasks.bench.timeline import Link, Span, critical_path, operations

PAIRS = 3


@dataclass(frozen=True)
class ProgramRun:
    """What each command took; the first `up`'s operations, and which of them it waited for."""

    first: Measured
    again: Sequence[Pair]
    refresh: Measured
    destroy: Measured
    spans: dict[str, Span]
    path: list[Link]

    def __str__(self) -> str:
        took = (self.first, self.again[0].program, self.refresh, self.destroy)
        return "up {:.1f} s, again {:.1f} s, refresh {:.1f} s, destroy {:.1f} s".format(
            *(each.seconds for each in took)
        )


def run_program(stack: BenchStack, _: DockerClient) -> ProgramRun:
    """Raises StackError if a command fails, or changes what should stay, or the registry can't be used."""
    init(stack)
    began = datetime.now(UTC)
    first = operate(stack, "up")
    export = ["pulumi", "--cwd", str(stack.checkout), "stack", "export", "--stack", STACK]
    state = json.loads(run(export, environment=stack.environment, deadline=SECONDS))
    spans = operations(first.lines)
    stack.check()
    return ProgramRun(
        first=first,
        again=run_pairs(stack, PAIRS),
        refresh=operate(stack, "refresh", NO_CHANGES),
        destroy=operate(stack, "destroy"),
        spans=spans,
        path=critical_path(spans, state["deployment"]["resources"], began),
    )


def before(measured: Measured) -> float:
    """Seconds of an `up` until the engine looked at the first resource."""
    return min(span.start for span in operations(measured.lines).values())


def after(measured: Measured) -> float:
    """Seconds of an `up` once the engine was through with the last resource."""
    return measured.seconds - max(span.end for span in operations(measured.lines).values())
