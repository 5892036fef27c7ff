"""How long the demo takes, beside the same steps by hand: `python -m tasks bench [--runs N] [--scale] [--systems]`.

In every run the demo's own program stands up a stack of the bench's own, changes nothing in a second `up`, and takes
it down; then `guide.sh` does the same as the first `up` on hosts of the same kind. Both begin with tools and images,
but without hosts and without docker-machine's certificates; starting the hosts counts for both. Both end with an image
pushed by one client and pulled by the other, which counts for neither. All of it is in .state/bench and in a network
of its own, and is removed. With `--scale` stacks of 1, 4, 8 and 20 machines follow, each once; with `--systems`
clients of several systems and engines, each once for each scope of trust.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from images.build import ImagesError, bring_up_to_date
from images.inputs import SYSTEMS
from registry_stack.common.errors import StackError
from registry_stack.common.locks import locked
from tasks.bench.guide import GuideRun, missing, run_guide
from tasks.bench.program import ProgramRun, run_program
from tasks.bench.report import Row, longest, middle_run, path, table
from tasks.bench.scale import SIZES, run_scale, scale_table
from tasks.bench.stack import LABELS, BenchStack
from tasks.bench.systems import run_systems, systems_table
from tasks.engine.install import need_reachable_containers
from tasks.files import remove_folder
from tasks.lab.hosts import remove_all
from tasks.layout import HERE
from tasks.stack.environment import prepare_state

RATIO, SECOND_UP, DESTROY = 0.6, 3.0, 10.0
SECONDS = 600
# As long as a command may go on whose bench was killed.
LOCK_SECONDS = 60.0
FOLDER = HERE.state / "bench"
FAILURES = (StackError, ImagesError, DockerException, RequestException, OSError)


def scale(environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures stacks of several sizes, and prints. Raises one of FAILURES."""
    measured = []
    for machines in SIZES:
        measured.append(run_scale(partial(fresh_stack, environment, engine, lock), machines))
        print(measured[-1], flush=True)
    print("\n".join(["", *scale_table(measured)]), flush=True)


def systems(environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures clients of several systems, and prints. Raises one of FAILURES."""
    for step in bring_up_to_date(engine, SYSTEMS):
        print(step, flush=True)
    measured = []
    for run in run_systems(fresh_stack(environment, engine, lock), engine):
        measured.append(run)
        print(run, flush=True)
    print("\n".join(["", *systems_table(measured)]), flush=True)


def bench(runs: int, environment: Mapping[str, str], engine: docker.DockerClient, lock: int) -> None:
    """Measures, and prints. Raises one of FAILURES."""
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
    """A stack in a folder of its own, with nothing left of the one before, however that ended."""
    clear(engine)
    return BenchStack.make(HERE.checkout, FOLDER, environment, lock)


def clear(engine: docker.DockerClient) -> None:
    """Removes whatever a bench leaves."""
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
        Row("pulumi up, the second, changes nothing", [program.second.seconds for program in programs], SECOND_UP),
        Row("  before its first resource", [program.before for program in programs]),
        Row("  after its last resource", [program.after for program in programs]),
        Row("  processor time of all its processes", [program.second.processor for program in programs]),
        Row("pulumi refresh", [program.refresh.seconds for program in programs]),
        Row("pulumi destroy", [program.destroy.seconds for program in programs], DESTROY),
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


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 whatever was measured, 1 if something could not be."""
    parser = argparse.ArgumentParser(prog="python -m tasks.bench.bench")
    parser.add_argument("--runs", type=int, default=3, choices=range(1, 101), metavar="N", help="how often (3)")
    parser.add_argument("--scale", action="store_true", help="measure stacks of up to 20 machines as well")
    parser.add_argument("--systems", action="store_true", help="measure clients of several systems as well")
    wanted = parser.parse_args(arguments)
    try:
        need_reachable_containers(os.environ)
        prepare_state(HERE)
        engine = docker.DockerClient.from_env(timeout=SECONDS)
        with locked(HERE.state / "bench.lock", "another `make bench`", LOCK_SECONDS) as lock:
            try:
                bench(wanted.runs, os.environ, engine, lock)
                if wanted.scale:
                    scale(os.environ, engine, lock)
                if wanted.systems:
                    systems(os.environ, engine, lock)
            finally:
                clear(engine)
    except FAILURES as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
