"""A runner that runs nothing: it remembers what it was asked for, and answers as told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    command: list[str]
    environment: dict[str, str]
    deadline: float
    keep_open: tuple[int, ...]


@dataclass
class Recorder:
    """Prints `answer`, or does what it does."""

    answer: str | Callable[[list[str]], str] = ""
    asked: list[Asked] = field(default_factory=list)

    def __call__(
        self, command: Sequence[str], *, environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
    ) -> str:
        self.asked.append(Asked(list(command), dict(environment), deadline, tuple(keep_open)))
        return self.answer if isinstance(self.answer, str) else self.answer(list(command))

    @property
    def commands(self) -> list[list[str]]:
        return [each.command for each in self.asked]
