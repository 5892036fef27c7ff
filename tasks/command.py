"""How every task is called, and how it ends: with an exit code, and one line about an error instead of a traceback."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from registry_stack.common.errors import StackError

Work = Callable[[], int | None]


def run_command(name: str, work: Work) -> int:
    """Does the work and returns the exit code: the work's own, 1 after an error, 130 after ^C.

    SIGTERM ends it as ^C does, so that what it has started is ended too. An error that nobody expected keeps its
    traceback.
    """
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return work() or 0
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if not isinstance(error, _expected_errors()):
            raise
        print(f"{name}: {error}", file=sys.stderr)
        return 1


def by_make() -> bool:
    """Whether make has called this."""
    return "MAKELEVEL" in os.environ


def spelled(task: str) -> str:
    """How the user calls a task, in the way that this one was called."""
    return f"make {task}" if by_make() else f"{'python' if os.name == 'nt' else 'python3'} -m tasks {task}"


def _expected_errors() -> tuple[type[BaseException], ...]:
    """OSErrors, which those of `requests` are too, and those of the Docker SDK, if the task has imported that."""
    sdk: Any = sys.modules.get("docker.errors")
    return (StackError, OSError, *([sdk.DockerException] if sdk else []))
