"""Bad input, given to the real engine: one line that says what is expected, and nothing is touched."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stack import Stack, container_settings, left_of

SUBNET = "192.168.237"


@pytest.fixture(scope="module")
def unmade(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return Stack.make("e2e-bad", tmp_path_factory.mktemp("bad"), container_settings(SUBNET, {}))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"clinets": []}, "registry-stack:clinets is unknown: did you mean clients?"),
        ({"registry": {"address": "10.0.0.1"}}, "registry-stack:registry.address is '10.0.0.1': should be an address"),
        (
            {"dockerMachine": {"command": "docker-machina"}},
            "registry-stack:dockerMachine.command is 'docker-machina': should be an installed docker-machine",
        ),
    ],
)
def test_faulty_settings(unmade: Stack, changes: dict[str, Any], line: str) -> None:
    unmade.set({**container_settings(SUBNET, {}), **changes})
    _refused(unmade, line)


def test_no_docker_engine(unmade: Stack, tmp_path: Path) -> None:
    unmade.set(container_settings(SUBNET, {}))
    missing = tmp_path / "docker.sock"
    _refused(unmade, f"needs the workstation's Docker engine: {missing}", DOCKER_HOST=f"unix://{missing}")


def _refused(stack: Stack, line: str, **environment: str) -> None:
    done = stack.attempt("up", "--yes", "--skip-preview", **environment)
    assert done.returncode != 0
    assert line in done.stdout
    assert "Traceback" not in done.stdout
    assert left_of(stack) == []
