"""Time in which whoever waits looks again soon."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from registry_stack.common import waiting


@contextmanager
def short_pauses() -> Iterator[None]:
    """Pauses between two looks are short: what is waited for in these tests is no machine that boots."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: time.sleep(min(seconds, 0.01)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "time", clock)
        yield
