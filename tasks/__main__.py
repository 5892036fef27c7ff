"""The one entry to all tasks, on every system; make calls it as well.

    python -m tasks            lists the tasks
    python -m tasks TASK ...   does a task, after the tasks that it needs

It runs in any Python of 3.11 or newer with the standard library alone, and goes on in the project's virtual environment
as soon as a task needs that.
"""

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence

from tasks.catalogue import TASKS, Task, in_order
from tasks.command import by_make, run_command, spelled
from tasks.foreground import become
from tasks.layout import HERE, Layout
from tasks.stack.environment import environment_here

IN_TOOLS = "--in-tools"


def parse(arguments: Sequence[str]) -> Namespace:
    """The options: `task` (None if none was given), `in_tools`, and the task's own. Exits with 2 if they are wrong."""
    parser = ArgumentParser(prog="python -m tasks")
    # set by this program itself: what needs no virtual environment is done, and this process runs in it
    parser.add_argument(IN_TOOLS, action="store_true", help=SUPPRESS)
    tasks = parser.add_subparsers(dest="task", metavar="TASK")
    for task in TASKS.values():
        # argparse lists a parser that has a `help`, were it SUPPRESS
        parser_of_task = tasks.add_parser(task.name, help=task.help) if task.help else tasks.add_parser(task.name)
        task.options(parser_of_task)
    options = parser.parse_args(arguments)
    if options.task == "run" and not options.command:
        tasks.choices["run"].error("a command is needed")
    return options


def listing() -> str:
    """A line for each task that a user may want, as the user would call it."""
    listed = {spelled(task.name): task.help for task in TASKS.values() if task.help and (task.in_make or not by_make())}
    width = max(map(len, listed))
    return "\n".join(f"  {call:{width}}  {text}" for call, text in listed.items())


def do(options: Namespace, arguments: Sequence[str]) -> int:
    """Does the task and what it needs; returns the exit code of the first that fails, or 0. Raises as tasks do."""
    tasks = in_order(options.task)
    inside = [task for task in tasks if task.in_tools]
    outside = [task for task in tasks if not task.in_tools]
    code = first_failure(inside if options.in_tools else outside, options)
    if code or options.in_tools or not inside:
        return code
    return become(command_inside(HERE, arguments), environment_here())


def first_failure(tasks: Sequence[Task], options: Namespace) -> int:
    """Does tasks one after the other up to the first that fails; returns its exit code, or 0."""
    return next((code for code in (task.load()(options) for task in tasks) if code), 0)


def command_inside(layout: Layout, arguments: Sequence[str]) -> list[str]:
    """The same command, in the virtual environment."""
    return [str(layout.python), "-m", "tasks", IN_TOOLS, *arguments]


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    options = parse(arguments)
    if options.task is None:
        print(listing())
        return 0
    return run_command(spelled(options.task), lambda: do(options, arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
