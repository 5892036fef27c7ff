"""A checkout in a temporary folder, and a runner that answers instead of real programs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from registry_stack.common.errors import CommandError
from tasks.layout import Layout
from tasks.tools.records import Records
from tasks.tools.workshop import Workshop

GO_MOD = """module tools

go 1.26

require (
\tgithub.com/pulumi/pulumi/pkg/v3 v3.259.0
\tgithub.com/rancher/machine v0.15.0-rancher140
)

require cel.dev/expr v0.25.2 // indirect
"""
REQUIREMENTS = "pulumi==3.272.0\npulumi-command==1.2.1\npulumi-docker==5.2.0\npulumi-tls==5.6.2\n"

Answer = Callable[[tuple[str, ...]], str | None]


class FakeRun:
    """Answers commands and remembers them: `answer` returns what one prints, or None for a command that fails."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.commands: list[tuple[str, ...]] = []

    async def __call__(self, *command: str | Path, environment: Mapping[str, str], deadline: float) -> str:
        assert deadline > 0
        assert "PATH" in environment
        words = tuple(str(word) for word in command)
        self.commands.append(words)
        printed = self.answer(words)
        if printed is None:
            raise CommandError(words, 1, "something\nno such host\n")
        return printed

    def names(self) -> list[str]:
        """The programs that were started, in order."""
        return [Path(command[0]).name for command in self.commands]


def make_checkout(folder: Path) -> Layout:
    """What the steps read of a checkout."""
    (folder / "offline" / "go").mkdir(parents=True)
    (folder / "offline" / "go" / "go.mod").write_text(GO_MOD)
    (folder / "offline" / "go" / "go.sum").write_text("sums\n")
    (folder / "offline" / "install.py").write_text("install\n")
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\npytest==9.2.0\n")
    return Layout(folder, windows=False)


def make_workshop(folder: Path, answer: Answer, *own: str) -> tuple[Workshop, FakeRun]:
    """A workshop whose user has the programs `own` on PATH."""
    layout = make_checkout(folder / "checkout")
    home = folder / "usr-bin"
    home.mkdir()
    for name in own:
        executable(home / name)
    fake = FakeRun(answer)
    workshop = Workshop(layout, {"PATH": str(home)}, fake, Records(layout.tools / "made"))
    workshop.python_ready.set()
    return workshop, fake


def executable(path: Path, content: str = "#!/bin/sh\n") -> Path:
    """An executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return path
