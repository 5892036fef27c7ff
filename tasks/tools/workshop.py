"""What every step towards the tools works with, and how a step is done: only if its inputs have changed."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from registry_stack.common.errors import CommandError, StackError
from registry_stack.common.runner import not_found
from tasks.layout import Layout
from tasks.tools.records import Records


class Run(Protocol):
    """Runs a command and returns what it printed on standard output.

    `environment` is the command's whole environment, `deadline` is in seconds. Raises CommandError if it fails or does
    not end in time, StackError if there is no such command.
    """

    async def __call__(self, *command: str | Path, environment: Mapping[str, str], deadline: float) -> str: ...


async def run(
    *command: str | Path, environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
) -> str:
    """The Run that really runs commands. Cancelling it ends the command.

    Open files in `keep_open` stay open in the command, for a lock that must last as long as it runs.
    """
    words = [str(word) for word in command]
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            pass_fds=keep_open if os.name == "posix" else (),
        )
    except FileNotFoundError:
        raise not_found(words[0]) from None
    try:
        async with asyncio.timeout(deadline):
            printed, complained = [part.decode("utf-8", "replace") for part in await process.communicate()]
    except TimeoutError:
        raise CommandError(words, None, "") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise CommandError(words, process.returncode, printed + complained)
    return printed


@dataclass(frozen=True)
class Workshop:
    """What the steps share. `environment` is the user's own; steps add to it."""

    layout: Layout
    environment: Mapping[str, str]
    run: Run
    records: Records
    python_ready: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, line: str) -> None:
        """Prints a line for the user."""
        print(line, flush=True)

    def find(self, name: str) -> Path | None:
        """The user's own executable of that name: the first on PATH outside the project's folders."""
        folders = self.environment.get("PATH", os.defpath).split(os.pathsep)
        own = {str(folder) for folder in self.layout.path}
        found = shutil.which(name, path=os.pathsep.join(folder for folder in folders if folder not in own))
        return Path(found) if found else None

    def chosen(self, name: str) -> Path:
        """The executable that is used: the project's own, else the user's. Raises StackError if there is neither."""
        found = shutil.which(name, path=os.pathsep.join(map(str, self.layout.path))) or self.find(name)
        if found is None:
            raise StackError(f"{name} was not found in {self.layout.tools} or on PATH")
        return Path(found)

    def read(self, name: str) -> str:
        """The text of a file of the checkout."""
        return (self.layout.checkout / name).read_text(encoding="utf-8")

    def partial(self, name: str) -> Path:
        """An unused path, at which to make something that is moved to its place once it is complete."""
        place = self.layout.tools / "partial" / name
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


@dataclass(frozen=True)
class Made:
    """The result of a step: the choice in one line, and the files that it depends on."""

    choice: str
    files: Sequence[Path]


class Step(Protocol):
    """A part of the tools that is made by itself."""

    name: str

    def inputs(self) -> str:
        """A text that changes when the step has to be done again."""

    async def make(self) -> Made:
        """Does the step. It can be called again after an interruption at any point."""


def is_done(workshop: Workshop, steps: Iterable[Step]) -> bool:
    """Whether all steps are done."""
    return all(workshop.records.choice(step.name, step.inputs()) is not None for step in steps)


async def ensure(workshop: Workshop, step: Step) -> None:
    """Does a step unless it is done."""
    if is_done(workshop, [step]):
        return
    workshop.records.forget(step.name)
    started = time.monotonic()
    made = await step.make()
    workshop.say(f"{made.choice} [{time.monotonic() - started:.0f} s]")
    workshop.records.write(step.name, step.inputs(), made.choice, made.files)
