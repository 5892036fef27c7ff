"""A Runner over the model of docker-machine, in this process, whose commands go wrong as told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from registry_stack.common.errors import CommandError
from tests.fakes.commands import DockerMachineModel
from tests.fakes.hypervisor import KEY, Files, Hypervisor, ToolError


class Killed(BaseException):
    """`kill -9` of the process that runs the providers."""


@dataclass(frozen=True)
class Fault:
    """What befalls a command, after how many of its steps; `dies` and `hangs` are what they say, else it `fails`. Its
    output shows a key, as docker-machine's does when SSH fails it."""

    kind: str
    steps: int

    def strike(self, command: Sequence[str], model: DockerMachineModel) -> None:
        if self.kind == "dies":
            raise Killed(" ".join(command))
        code = None if self.kind == "hangs" else 1
        raise CommandError(command, code, f"{model.stdout}{KEY.format('every machine')}")


@dataclass
class FakeRunner:
    """Commands on a hypervisor; `faults` are by how many commands come before them, and strike once."""

    hypervisor: Hypervisor = field(default_factory=Hypervisor)
    faults: dict[int, Fault] = field(default_factory=dict)
    commands: list[list[str]] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)

    def __call__(
        self, command: Sequence[str], *, environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
    ) -> str:
        self.commands.append(list(command[1:]))
        fault = self.faults.pop(0, None)
        self.faults = {number - 1: each for number, each in self.faults.items()}
        noise = f"({command[-1]}) Calling .Close"
        model = DockerMachineModel(self.hypervisor, Files(Path(environment["MACHINE_STORAGE_PATH"])), noise=noise)
        try:
            steps = model.steps(list(command[1:]))
            for _ in steps if fault is None else islice(steps, fault.steps):
                pass
            steps.close()  # type: ignore[attr-defined]  # a generator it is
        except ToolError as failure:
            raise CommandError(command, failure.code, f"{model.stdout}{failure}\n") from None
        if fault is not None:
            self.struck.append(f"{fault} at {' '.join(command[1:])}")
            fault.strike(command, model)
        return model.stdout
