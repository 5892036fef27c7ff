"""How long the demo takes, beside the same steps by hand: `python -m tasks bench [--runs N] [--scale] [--systems]`.

In every run the demo's program stands up a stack for the bench alone, changes nothing in a second `up`, which is
repeated in turn with an empty program's, and takes it down. Then `guide.sh` does on hosts of the same kind what the
first `up` did. Both begin with tools and images, but without hosts and without docker-machine's certificates; starting
the hosts counts for both. Both end with an image pushed by one client and pulled by the other, which counts for
neither. Everything is in .state/bench and in a network for the bench alone, and is removed in the end.

`--scale` measures stacks of 1, 4, 8 and 20 machines as well, each once; `--systems` measures clients of several systems
and engines, each once for each scope of trust.
"""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial

import docker

from images.build import bring_up_to_date
from images.inputs import SYSTEMS
from registry_stack.common.locks import locked
from tasks.bench.empty import Pair
from tasks.bench.guide import GuideRun, missing, run_guide
from tasks.bench.program import ProgramRun, after, before, run_program
from tasks.bench.report import Row, longest, middle_run, path, table
from tasks.bench.scale import SIZES, run_scale, scale_table
from tasks.bench.stack import LABELS, BenchStack
from tasks.bench.systems import run_systems, systems_table
from tasks.engine.install import need_reachable_containers
from tasks.files import remove_folder
from tasks.lab.hosts import remove_all
from tasks.layout import HERE
from tasks.stack.environment import prepare_state

RATIO, SECOND_UP, EMPTY_RATIO, DESTROY = 0.6, 3.0, 2.0, 10.0
SECONDS = 600
# the longest that the commands of a killed bench may go on
LOCK_SECONDS = 60.0
FOLDER = HERE.state / "bench"


def scale(environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures stacks of several sizes and prints the table."""
    measured = []
    for machines in SIZES:
        measured.append(run_scale(partial(fresh_stack, environment, engine, lock), machines))
        print(measured[-1], flush=True)
    print("\n".join(["", *scale_table(measured)]), flush=True)


def systems(environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures clients of several systems and prints the table."""
    for step in bring_up_to_date(engine, SYSTEMS):
        print(step, flush=True)
    measured = []
    for run in run_systems(fresh_stack(environment, engine, lock), engine):
        measured.append(run)
        print(run, flush=True)
    print("\n".join(["", *systems_table(measured)]), flush=True)


def bench(runs: int, environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures the program and the guide by hand, and prints the tables."""
    print(f"runs: {runs}, processors: {os.cpu_count()}, load: {os.getloadavg()[0]:.1f}", flush=True)
    lacking = missing(environment)
    if lacking:
        print(f"the guide by hand is left out: it needs {', '.join(lacking)} on PATH", flush=True)
    programs, guides = [], []
    for run in range(1, runs + 1):
        programs.append(run_program(fresh_stack(environment, engine, lock), engine))
        print(f"run {run}: {programs[-1]}", flush=True)
        if not lacking:
            guides.append(run_guide(fresh_stack(environment, engine, lock), engine))
            print(f"run {run}: {guides[-1]}", flush=True)
    print("\n".join(["", *report(programs, guides)]))


def fresh_stack(environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> BenchStack:
    """A stack in a new folder; whatever the one before has left is removed first."""
    clear(engine)
    return BenchStack.make(HERE.checkout, FOLDER, environment, lock)


def clear(engine: docker.DockerClient) -> None:
    """Removes everything that a bench leaves."""
    remove_all(engine, LABELS)
    remove_folder(FOLDER)


def report(programs: Sequence[ProgramRun], guides: Sequence[GuideRun]) -> list[str]:
    """The tables as lines."""
    first = [program.first.seconds for program in programs]
    middle = programs[middle_run(first)]
    return [
        *table([*program_rows(programs), *(guide_rows(programs, guides) if guides else [])]),
        "",
        f"The longest operations of the first up, of {len(middle.spans)}:",
        *longest(middle.spans.values()),
        "",
        "Its critical path, each resource with the seconds that it had to wait although nothing else was missing:",
        *path(middle.path, middle.first.seconds),
    ]


def program_rows(programs: Sequence[ProgramRun]) -> list[Row]:
    """What Pulumi's commands took."""
    return [
        Row("pulumi up, the first", [program.first.seconds for program in programs]),
        *again_rows([pair for program in programs for pair in program.again]),
        Row("pulumi refresh", [program.refresh.seconds for program in programs]),
        Row("pulumi destroy", [program.destroy.seconds for program in programs], DESTROY),
    ]


def again_rows(pairs: Sequence[Pair]) -> list[Row]:
    """What an `up` took that changed nothing, and how it compares with an empty program's, pair by pair."""
    return [
        Row("pulumi up, the second, changes nothing", [pair.program.seconds for pair in pairs], SECOND_UP),
        Row("  before its first resource", [before(pair.program) for pair in pairs]),
        Row("  after its last resource", [after(pair.program) for pair in pairs]),
        Row("  processor time of all its processes", [pair.program.processor for pair in pairs]),
        Row("an empty program's pulumi up", [pair.empty.seconds for pair in pairs]),
        Row("  processor time of all its processes", [pair.empty.processor for pair in pairs]),
        Row("the second up / an empty program's", [pair.ratio for pair in pairs], EMPTY_RATIO, unit=""),
    ]


def guide_rows(programs: Sequence[ProgramRun], guides: Sequence[GuideRun]) -> list[Row]:
    """What the guide's steps took, and how the program compares, run by run."""
    ratios = [program.first.seconds / guide.seconds for program, guide in zip(programs, guides, strict=True)]
    return [
        Row("the guide by hand", [guide.seconds for guide in guides]),
        Row("  starting the hosts", [guide.hosts for guide in guides]),
        *(Row(f"  {step}", [guide.steps[step] for guide in guides]) for step in guides[0].steps),
        Row("the first up / the guide by hand", ratios, RATIO, unit=""),
    ]


def run_benches(options: Namespace) -> None:
    """Runs those that are asked for: `runs` (a number), `scale`, `systems`. Raises StackError, and what engines raise,
    if something could not be measured; a missed target is no error."""
    need_reachable_containers(os.environ)
    prepare_state(HERE)
    engine = docker.DockerClient.from_env(timeout=SECONDS)
    with locked(HERE.state / "bench.lock", "the bench of this checkout", LOCK_SECONDS) as lock:
        try:
            bench(options.runs, os.environ, engine, lock)
            if options.scale:
                scale(os.environ, engine, lock)
            if options.systems:
                systems(os.environ, engine, lock)
        finally:
            clear(engine)
