"""What docker-machine says of a machine's state, in its words and exit codes."""

from pathlib import Path

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.machines.docker_machine import DockerMachine
from tests.fakes.recorder import Recorder


def said(text: str, code: int = 0) -> DockerMachine:
    def answer(command: list[str]) -> str:
        if code:
            raise CommandError(command, code, text)
        return text

    return DockerMachine("docker-machine", Path("/nowhere"), 10, Recorder(answer))


@pytest.mark.parametrize(
    ("text", "code", "running"),
    [
        ("Running\n", 0, True),
        ("Running\n(registry0) Calling .Close\n", 0, True),
        ("Stopped\n", 0, False),
        ("Saved\n", 0, False),
        ("\n", 0, False),
        # commands/status.go of the fork: a driver that says "not found"
        ("Not Found\nregistry0 not found\n", 4, None),
        # drivers/virtualbox: ErrMachineNotExist
        ("error getting state for host registry0: machine does not exist\n", 1, None),
    ],
)
def test_whether_a_machine_runs(text: str, code: int, running: bool | None) -> None:
    assert said(text, code).is_running("registry0") is running


@pytest.mark.parametrize(
    "text",
    [
        # drivers/hyperv says so of a machine that is gone, and just as well to somebody who may not ask
        "error getting state for host registry0: Failed to find the VM status\n",
        "error getting state for host registry0: connection refused\n",
        'Docker machine "registry0" does not exist. Use "docker-machine ls" to list machines.\n',
    ],
)
def test_what_is_not_known_to_be_gone_is_an_error(text: str) -> None:
    with pytest.raises(CommandError, match="docker-machine status registry0 exited with 1"):
        said(text, 1).is_running("registry0")
