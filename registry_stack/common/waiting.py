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

    `failures` are taken as "not yet"; the last one, or None, is named in the DeadlineError that ends the wait after
    `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen: Exception | None = None
        try:
            found = probe()
            if found is not None:
                return found
        except failures as error:
            seen = error
        if time.monotonic() >= deadline:
            raise DeadlineError(condition, seconds, seen) from None
        time.sleep(pause)


def wait_until(
    condition: str,
    holds: Callable[[], bool],
    seconds: float,
    *,
    failures: tuple[type[Exception], ...] = (OSError,),
    pause: float = 0.2,
) -> None:
    """Calls `holds` until it returns True; failures and deadline as in wait_for."""
    wait_for(condition, lambda: holds() or None, seconds, failures=failures, pause=pause)
