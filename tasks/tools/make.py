"""What `pulumi up` needs: each tool is the user's own, or is downloaded or built into .tools.

Only the standard library is imported: nothing else is there yet. A run that was killed is continued by the next one.
"""

import asyncio
import os
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from registry_stack.common.errors import DeadlineError, StackError
from registry_stack.common.locks import locked
from tasks.layout import HERE, Layout
from tasks.stack import salt
from tasks.tools.go_builds import GoBuilder
from tasks.tools.plugins import Plugins
from tasks.tools.programs import DockerMachine, PulumiCli
from tasks.tools.records import Records
from tasks.tools.virtual_environment import VirtualEnvironment
from tasks.tools.workshop import Workshop, ensure, is_done, run

PURPOSE = "the tools of this checkout"
# the longest that one may take
LOCK_SECONDS = 1800.0


def ensure_tools(_: Namespace) -> None:
    """Makes what is not there yet. Raises StackError if it cannot be had."""
    make_tools(HERE, os.environ, again=False)


def choose_tools_again(_: Namespace) -> None:
    """The same, and decides again between the user's own tools, downloads and builds."""
    make_tools(HERE, os.environ, again=True)


class Tools:
    """All steps, and their order."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.builder = GoBuilder(workshop)
        self.python = VirtualEnvironment(workshop)
        self.programs = (DockerMachine(workshop, self.builder), PulumiCli(workshop, self.builder))
        self.plugins = Plugins(workshop)

    def done(self) -> bool:
        """Whether all steps are done."""
        return is_done(self.workshop, [self.python, *self.programs, self.plugins])

    def choose_again(self) -> None:
        """Makes the next run decide again between the user's own tools, downloads and builds."""
        for step in (*self.programs, self.plugins):
            self.workshop.records.forget(step.name)

    async def make(self) -> None:
        """Does what is left to do, in parallel where possible. The first failure ends all of it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._make_python())
            for program in self.programs:
                group.create_task(ensure(self.workshop, program))
        self.builder.clean()
        await ensure(self.workshop, self.plugins)

    async def _make_python(self) -> None:
        await ensure(self.workshop, self.python)
        self.workshop.python_ready.set()


def make_tools(layout: Layout, environment: Mapping[str, str], again: bool) -> None:
    """Makes the tools of a checkout. Raises StackError if they cannot be had."""
    salt.keep_from_git(layout.checkout)
    records = Records(layout.tools / "made")
    tools = Tools(Workshop(layout, environment, run, records))
    if again:
        tools.choose_again()
    if tools.done():
        tools.workshop.say("tools: up to date, in .tools")
        return
    with lock_out_others(layout.tools / "lock", tools.workshop) as lock:
        workshop = Workshop(layout, environment, partial(run, keep_open=[lock]), records)
        try:
            asyncio.run(Tools(workshop).make())
        except* StackError as errors:
            raise StackError("\n".join(str(error) for error in errors.exceptions)) from None


@contextmanager
def lock_out_others(lock: Path, workshop: Workshop) -> Iterator[int]:
    """Holds the lock that keeps two runs apart. Commands that a killed run started keep it until they have ended."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(locked(lock, PURPOSE, 0))
        except DeadlineError:
            workshop.say("tools: waiting for another run in this checkout")
            file = stack.enter_context(locked(lock, PURPOSE, LOCK_SECONDS))
        yield file
