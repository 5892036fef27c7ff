"""Ends a plugin's process when the engine that started it is gone."""

import os
import threading
import time


def follow_parent(period: float = 1.0) -> None:
    """Exit when the parent process has ended, looked at every `period` seconds.

    The engine stops its plugins itself; this is for an engine that was killed and could not.
    """
    threading.Thread(target=_watch, args=(os.getppid(), period), daemon=True, name="lifeline").start()


def _watch(parent: int, period: float) -> None:
    while os.getppid() == parent:
        time.sleep(period)
    os._exit(0)
