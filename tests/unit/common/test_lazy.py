"""Libraries that are loaded when they are first used, by whichever thread is first."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Barrier

import pytest

from registry_stack.common import lazy
from registry_stack.common.lazy import LazyModule

THREADS = 8
SLOW = """
from pathlib import Path
from time import sleep
with Path(__file__).with_name("loaded").open("a") as file:
    file.write("once\\n")
first = 1
sleep(0.1)
last = 2
"""
CIRCLE = """
from time import sleep
sleep(0.1)
import {other}
sleep(0.1)
last = 2
def last_of_the_other():
    return {other}.last
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The module `a_slow_library`, which is half loaded for a while; the file that is made whenever it is loaded."""
    (tmp_path / "a_slow_library.py").write_text(SLOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "loaded"
    sys.modules.pop("a_slow_library", None)


def test_a_module_is_loaded_when_it_is_first_used(slow: Path) -> None:
    module = LazyModule("a_slow_library")
    assert not slow.exists()
    assert module.last == 2
    assert sys.modules["a_slow_library"].last == 2


def test_threads_that_use_it_first_at_the_same_time_see_all_of_it(slow: Path) -> None:
    module, start = LazyModule("a_slow_library"), Barrier(THREADS)

    def use(_: int) -> tuple[object, object]:
        start.wait(10)
        return module.last, module.first

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(use, range(THREADS))) == [(2, 1)] * THREADS
    assert slow.read_text() == "once\n"


def test_threads_that_begin_at_either_end_of_a_circle_see_all_of_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("a_circle_s_one_end", "a_circle_s_other_end")
    for own, other in (names, names[::-1]):
        (tmp_path / f"{own}.py").write_text(CIRCLE.format(other=other))
    monkeypatch.syspath_prepend(str(tmp_path))
    start = Barrier(2)

    def use(name: str) -> object:
        start.wait(10)
        return LazyModule(name).last_of_the_other()

    try:
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(use, names)) == [2, 2]
    finally:
        for name in names:
            sys.modules.pop(name, None)


def test_what_is_not_in_a_module_is_an_attribute_error(slow: Path) -> None:
    assert not hasattr(LazyModule("a_slow_library"), "other")
    assert slow.exists()


def test_all_of_them_can_be_loaded() -> None:
    modules = [module for module in vars(lazy).values() if isinstance(module, LazyModule)]
    assert len(modules) == 9
    for module in modules:
        assert import_module(module.__name__).__name__ == module.__name__
