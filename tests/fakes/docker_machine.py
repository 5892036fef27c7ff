"""A docker-machine executable that makes machines of a hypervisor that is not there.

Whatever it makes is in MACHINE_STORAGE_PATH as docker-machine lays it out; the hypervisor is its file hypervisor.json.
A file plan.json there says what goes wrong: `{"create": {"after": 3, "exit": 1, "says": "..."}}` ends the command of
that name after three of its steps, `"hangs": true` never ends it, `"busy": true` makes the hypervisor refuse.
"""

import json
import os
import sys
import time
from pathlib import Path

from tests.fakes.commands import DockerMachineModel
from tests.fakes.hypervisor import Files, Hypervisor, ToolError

ROOT = Path(__file__).parents[2]
NOISE = "({name}) Calling .Close\n({name}) Closing plugin on server side"


def main(arguments: list[str]) -> int:
    """Runs one command; returns its exit code."""
    storage = Path(os.environ["MACHINE_STORAGE_PATH"])
    kept = storage / "hypervisor.json"
    hypervisor = Hypervisor.load(kept.read_text()) if kept.exists() else Hypervisor()
    plans = json.loads((storage / "plan.json").read_text()) if (storage / "plan.json").exists() else {}
    plan = plans.get(arguments[0], {})
    model = DockerMachineModel(hypervisor, Files(storage), busy=bool(plan.get("busy")))
    model.noise = NOISE.format(name=arguments[-1]) if arguments[0] != "version" else ""
    try:
        for number, _ in enumerate(model.steps(arguments), 1):
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(hypervisor.dump())
            if number == plan.get("after"):
                while plan.get("hangs"):
                    time.sleep(1)
                raise ToolError(plan.get("says", "killed"), plan.get("exit", 1))
    except ToolError as failure:
        print(model.stdout, end="")
        print(failure, file=sys.stderr)
        return failure.code
    print(model.stdout, end="")
    return 0


def executable(folder: Path) -> Path:
    """Makes an executable of this in a folder."""
    path = folder / "docker-machine"
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.fakes.docker_machine "$@"\n')
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
