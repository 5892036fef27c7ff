"""A stack of a Pulumi program, by Pulumi's command line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from registry_stack.common.errors import StackError
from registry_stack.common.runner import run
from tasks.foreground import run_in_foreground

SECONDS = 60.0
# no dots for passing time, and no certificates across the screen: `pulumi stack output` shows them
QUIETLY = ("--suppress-outputs", "--suppress-progress")


@dataclass(frozen=True)
class PulumiStack:
    """The stack `name` of the program in the folder `program`; `environment` is the one of tasks.stack.environment."""

    name: str
    program: Path
    environment: Mapping[str, str]

    @property
    def project(self) -> str:
        """The program's name, as in its project file."""
        return str(yaml.safe_load((self.program / "Pulumi.yaml").read_text("utf-8"))["name"])

    @property
    def owner(self) -> str:
        """The mark of the stack's machines, containers and network."""
        return f"{self.project}-{self.name}"

    def read(self, *arguments: str, deadline: float = SECONDS) -> str:
        """What a command prints; `deadline` is in seconds. Raises CommandError."""
        return run(self._command(*arguments), environment=self.environment, deadline=deadline)

    def show(self, *arguments: str) -> None:
        """Runs a command whose output the user sees, and who may press ^C: Pulumi then finishes its current operations.
        Raises StackError if it fails."""
        code = run_in_foreground(self._command(*arguments), self.environment)
        if code:
            raise StackError(f"`pulumi {arguments[0]}` ended with exit code {code}; its output is above")

    def changes(self) -> dict[str, int]:
        """What the last update or destroy did: create, update, replace, delete, same -> number of resources."""
        last = json.loads(self.read("stack", "history", "--json", "--page-size", "1"))
        changes: dict[str, int] = last[0].get("resourceChanges", {})
        return changes

    def deployment(self) -> dict[str, Any]:
        """The state, with its secrets encrypted: `resources`, and after an interruption `pending_operations`."""
        exported: dict[str, Any] = json.loads(self.read("stack", "export"))["deployment"]
        return exported

    def _command(self, *arguments: str) -> list[str]:
        return ["pulumi", "--cwd", str(self.program), *arguments, "--stack", self.name]
