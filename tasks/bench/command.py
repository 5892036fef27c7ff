"""Pulumi's commands on a bench's stack, measured."""

from registry_stack.common.errors import CommandError
from registry_stack.common.runner import run
from tasks.bench.measure import Measured, measure
from tasks.bench.stack import STACK, BenchStack
from tasks.bench.timeline import changes, complaints

SECONDS = 900.0
NO_CHANGES = "--expect-no-changes"


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
