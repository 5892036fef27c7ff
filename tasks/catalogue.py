"""Every task of `python -m tasks` and of make: what it does, which other tasks it needs first, and its options."""

from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from tasks.layout import HERE
from tasks.stack.shells import SHELLS


def _no_options(_: ArgumentParser) -> None:
    pass


def _environment_options(parser: ArgumentParser) -> None:
    usual = "powershell" if HERE.windows else "posix"
    parser.add_argument("--shell", choices=SHELLS, default=usual, help=f"whose syntax to print ({usual})")


def _command_options(parser: ArgumentParser) -> None:
    parser.add_argument("command", nargs=REMAINDER, metavar="COMMAND", help="the command, with its arguments")


def _bench_options(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=3, choices=range(1, 101), metavar="N", help="how often (3)")
    parser.add_argument("--scale", action="store_true", help="measure stacks of up to 20 machines as well")
    parser.add_argument("--systems", action="store_true", help="measure clients of several systems as well")


@dataclass(frozen=True)
class Task:
    """`work` is "module:function": it is imported when its turn comes, as most modules need what `tools` installs.

    With `in_tools` it runs in the project's virtual environment and in the environment for Pulumi, else with the
    standard library alone. Without `help` it is for other tasks, and is not listed. `in_make`: make has it too.
    """

    name: str
    work: str
    help: str = ""
    needs: tuple[str, ...] = ()
    in_tools: bool = True
    in_make: bool = True
    options: Callable[[ArgumentParser], None] = _no_options

    def load(self) -> Callable[[Namespace], int | None]:
        """The function: it takes the options, and returns an exit code or None for 0."""
        module, _, function = self.work.partition(":")
        return cast(Callable[[Namespace], int | None], getattr(import_module(module), function))


_TASKS = (
    Task(
        "tools",
        "tasks.tools.make:ensure_tools",
        "the virtual environment, Pulumi, docker-machine and plugins, in .tools",
        in_tools=False,
    ),
    Task(
        "tools-refresh",
        "tasks.tools.make:choose_tools_again",
        "choose again between what you have, what can be downloaded, and what is built",
        in_tools=False,
    ),
    Task(
        "engine",
        "tasks.engine.install:make_engine_answer",
        "a local Docker engine that answers; on Debian it is installed if there is none",
        needs=("tools",),
    ),
    Task(
        "images",
        "tasks.engine.images:make_images",
        "the container machine's image, the registry's, and a small site",
        needs=("engine",),
    ),
    Task("systems", "tasks.engine.images:make_systems", needs=("engine",)),
    Task(
        "env",
        "tasks.stack.environment:print_environment",
        "the environment for pulumi by hand, for a shell to evaluate",
        in_tools=False,
        options=_environment_options,
    ),
    Task(
        "run",
        "tasks.stack.environment:run_in_environment",
        "run a command in that environment",
        in_tools=False,
        in_make=False,
        options=_command_options,
    ),
    Task("reachable", "tasks.engine.reachable:need_reachable_system", in_tools=False),
    Task(
        "demo",
        "tasks.demo.lifecycle:stand_up",
        "stand up a registry and two clients, and show that they work together",
        needs=("reachable", "images"),
    ),
    Task(
        "demo-down",
        "tasks.demo.lifecycle:take_down",
        "take the demo down; nothing of it is left",
        needs=("tools",),
    ),
    Task(
        "test",
        "tasks.checks:run_all_tests",
        "everything: linters, types, unit, shell and end-to-end tests",
        needs=("lint", "systems"),
    ),
    Task("unit", "tasks.checks:run_unit_tests", "the quick loop", needs=("tools",)),
    Task("lint", "tasks.checks:lint", "linters and the type checker", needs=("tools",)),
    Task(
        "docs",
        "tasks.docs.make:write_docs",
        "write what is made from the settings: their schema, the table in docs/settings.md, Pulumi.yaml's config",
        needs=("tools",),
    ),
    Task(
        "recording", "tasks.docs.recording:record_demo", "record the demo, as docs/images/demo.svg", needs=("images",)
    ),
    Task(
        "bench",
        "tasks.bench.bench:run_benches",
        "how long the demo takes, beside the same steps by hand",
        needs=("images",),
        options=_bench_options,
    ),
    Task("soak", "tasks.checks:run_soak_tests", "the long tests", needs=("images",)),
    Task("disks", "tasks.lab.vms.disks:make_disks", needs=("images",)),
    Task("vms", "tasks.checks:run_vm_tests", "the tests on virtual machines of Debian, by QEMU", needs=("disks",)),
    Task("clean", "tasks.clean:remove_tools", "remove .tools, unless a stack still has resources", in_tools=False),
)
TASKS = {task.name: task for task in _TASKS}


def in_order(name: str) -> list[Task]:
    """The task and all that it needs, each once, after what it needs itself."""
    return list({task.name: task for task in _with_needs(TASKS[name])}.values())


def _with_needs(task: Task) -> Iterator[Task]:
    for name in task.needs:
        yield from _with_needs(TASKS[name])
    yield task
