"""Ends a plugin's process when the engine that started it is gone."""

import os
import threading
import time
from collections.abc import Callable


def follow_parent(period: float = 1.0, last: Callable[[], None] = lambda: None) -> None:
    """Exit when the parent process has ended, looked at every `period` seconds, with `last` done first.

    The engine stops its plugins itself; this is for an engine that was killed and could not.
    """
    threading.Thread(target=_watch, args=(os.getppid(), period, last), daemon=True, name="lifeline").start()


def _watch(parent: int, period: float, last: Callable[[], None]) -> None:
    while os.getppid() == parent:
        time.sleep(period)
    last()
    os._exit(0)
