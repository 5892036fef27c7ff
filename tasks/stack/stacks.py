"""The stacks of this checkout, by Pulumi's command line."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.runner import run
from tasks.command import spelled
from tasks.layout import HERE, Layout
from tasks.stack import salt

SECONDS = 120.0


def ensure_stack(
    name: str, environment: Mapping[str, str], program: Path = HERE.checkout, checkout: Path = HERE.checkout
) -> None:
    """Selects the stack `name` of the Pulumi program in the folder `program`, and creates it if there is none.

    `environment` is the one of `tasks.stack.environment`. Raises StackError if that fails.
    """
    pulumi = shutil.which("pulumi", path=environment["PATH"])
    if pulumi is None:
        raise StackError(f"pulumi was not found; run `{spelled('tools')}` first")
    select = ["--non-interactive", "--cwd", str(program), "stack", "select", "--create", name]
    run([pulumi, *select], environment=environment, deadline=SECONDS)
    salt.hide_salt(checkout, program / f"Pulumi.{name}.yaml")


def stacks_with_resources(layout: Layout = HERE) -> dict[str, int]:
    """Stack (as `project/stack`) -> number of resources, for each stack in the checkout's own state that has any."""
    folder = layout.state / ".pulumi" / "stacks"
    counts = {
        str(path.relative_to(folder).with_suffix("")): _resources(path) for path in sorted(folder.glob("*/*.json"))
    }
    return {stack: count for stack, count in counts.items() if count}


def _resources(state: Path) -> int:
    """How many resources a state holds, without the one that stands for the stack."""
    deployment = json.loads(state.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    return sum(resource["type"] != "pulumi:pulumi:Stack" for resource in deployment.get("resources") or [])
