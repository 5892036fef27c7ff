"""Waiting for a value, or for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

from registry_stack.common.errors import DeadlineError

T = TypeVar("T")


def wait_for(
    condition: str,
    probe: Callable[[], T | None],
    seconds: float,
    *,
    failures: tuple[type[Exception], ...] = (OSError,),
    pause: float = 0.2,
) -> T:
    """Calls `probe` until it returns a value other than None, and returns that.

    An error of `failures` means "not yet". After `seconds` the wait ends with a DeadlineError, which names the error of
    the last call.
    """
    deadline = time.monotonic() + seconds
    while True:
        last: Exception | None = None
        try:
            found = probe()
            if found is not None:
                return found
        except failures as error:
            last = error
        if time.monotonic() >= deadline:
            raise DeadlineError(condition, seconds, last) from None
        time.sleep(pause)


def wait_until(
    condition: str,
    holds: Callable[[], bool],
    seconds: float,
    *,
    failures: tuple[type[Exception], ...] = (OSError,),
    pause: float = 0.2,
) -> None:
    """Calls `holds` until it returns True, as wait_for calls its probe."""
    wait_for(condition, lambda: holds() or None, seconds, failures=failures, pause=pause)
