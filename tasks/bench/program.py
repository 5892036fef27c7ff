"""The program's half of a run: up, up, refresh, destroy, by Pulumi's command line."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from docker import DockerClient

from registry_stack.common.errors import CommandError
from registry_stack.common.runner import run
from tasks.bench.measure import Measured, measure
from tasks.bench.stack import STACK, BenchStack
from tasks.bench.timeline import Link, Span, changes, complaints, critical_path, operations

SECONDS = 900.0
NO_CHANGES = "--expect-no-changes"


@dataclass(frozen=True)
class ProgramRun:
    """What each command took; the first `up`'s operations, and which of them it waited for."""

    first: Measured
    second: Measured
    refresh: Measured
    destroy: Measured
    spans: dict[str, Span]
    path: list[Link]

    @property
    def before(self) -> float:
        """Seconds of the second `up` until the engine looked at the first resource."""
        return min(span.start for span in operations(self.second.lines).values())

    @property
    def after(self) -> float:
        """Seconds of the second `up` once the engine was through with the last resource."""
        return self.second.seconds - max(span.end for span in operations(self.second.lines).values())

    def __str__(self) -> str:
        took = (self.first, self.second, self.refresh, self.destroy)
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
        second=operate(stack, "up", NO_CHANGES),
        refresh=operate(stack, "refresh", NO_CHANGES),
        destroy=operate(stack, "destroy"),
        spans=spans,
        path=critical_path(spans, state["deployment"]["resources"], began),
    )


def init(stack: BenchStack) -> None:
    """Makes the stack known to its backend. Raises CommandError."""
    where = ["--cwd", str(stack.stack_file.parent)]
    command = ["pulumi", "--non-interactive", *where, "stack", "init", "--no-select", STACK]
    run(command, environment=stack.environment, deadline=SECONDS)


def operate(stack: BenchStack, operation: str, *options: str) -> Measured:
    """The operation as `make demo` has it done, but that the CLI reports it by its events. Raises CommandError."""
    where = ["--cwd", str(stack.checkout), "--stack", STACK, "--config-file", str(stack.stack_file)]
    command = ["pulumi", "--non-interactive", operation, *where, "--yes", "--skip-preview", "--json", *options]
    measured = measure(command, stack.environment, SECONDS, [stack.lock])
    if measured.code:
        done = changes(measured.lines) if NO_CHANGES in options else []
        raise CommandError(command, measured.code, "\n".join([complaints(measured.lines), *done]))
    return measured
