"""One stack of a Pulumi program, by Pulumi's command line."""

import json
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from registry_stack.common.errors import StackError
from registry_stack.common.runner import run

SECONDS = 60.0
# No dots for the time that passes, no certificate across the screen: whoever wants outputs asks for them.
QUIETLY = ("--suppress-outputs", "--suppress-progress")


@dataclass(frozen=True)
class PulumiStack:
    """The stack `name` of the program in the folder `program`; `environment` is that of tasks.stack.environment."""

    name: str
    program: Path
    environment: Mapping[str, str]

    @property
    def project(self) -> str:
        """The program's name, as its project file has it."""
        return str(yaml.safe_load((self.program / "Pulumi.yaml").read_text("utf-8"))["name"])

    @property
    def owner(self) -> str:
        """What the machines of the stack, their containers and their network are marked with."""
        return f"{self.project}-{self.name}"

    def read(self, *arguments: str, deadline: float = SECONDS) -> str:
        """What a command says, within `deadline` seconds. Raises CommandError."""
        return run(self._command(*arguments), environment=self.environment, deadline=deadline)

    def show(self, *arguments: str) -> None:
        """Runs a command before the user's eyes. Raises StackError if it fails; why is there to be read already."""
        # ^C is the command's to answer: Pulumi then ends what it is at, while this process waits for it
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            done = subprocess.run(self._command(*arguments), env=dict(self.environment), check=False)
        finally:
            signal.signal(signal.SIGINT, before)
        if done.returncode:
            raise StackError(f"`pulumi {arguments[0]}` ended with exit code {done.returncode}; why is said above")

    def changes(self) -> dict[str, int]:
        """What the last update or destroy did: create, update, replace, delete, same -> how many resources."""
        last = json.loads(self.read("stack", "history", "--json", "--page-size", "1"))
        changes: dict[str, int] = last[0].get("resourceChanges", {})
        return changes

    def deployment(self) -> dict[str, Any]:
        """The state, its secrets encrypted: `resources`, and `pending_operations` after an interruption."""
        exported: dict[str, Any] = json.loads(self.read("stack", "export"))["deployment"]
        return exported

    def _command(self, *arguments: str) -> list[str]:
        return ["pulumi", "--cwd", str(self.program), *arguments, "--stack", self.name]
