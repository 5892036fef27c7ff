"""Options that a machine can take over, and what is seen of those that it has not."""

from pathlib import Path

import pytest

from tests.fakes.pulumi_engine import Engine
from tests.fakes.runner import FakeRunner, Fault
from tests.fakes.seams import Disk, led_to


def test_an_update_that_was_cut_short_and_is_no_longer_wanted_is_undone(tmp_path: Path) -> None:
    runner, engine = FakeRunner(), Engine()
    tool = {"command": "docker-machine", "storage": str(tmp_path), "deadline": 60.0}
    given = {
        "name": "m",
        "driver": "hyperv",
        "owner": "me",
        "tool": tool,
        "moves": False,
        "adopt": False,
        "keep": False,
    }
    first, second = {"engine-label": ["a=1"]}, {"engine-label": ["b=2"]}
    config = tmp_path / "machines" / "m" / "config.json"
    with led_to(runner, Disk()):
        engine.up({**given, "options": first})
        runner.faults = {len(["create --help", "status", "ip"]): Fault("fails", 0)}
        assert not engine.attempt("up", {**given, "options": second})
        assert "b=2" in config.read_text(), "the fault came before the update had begun"
        assert engine.attempt("refresh")
        assert not engine.is_settled({**given, "options": first})
        assert engine.attempt("up", {**given, "options": first})
        assert engine.is_settled({**given, "options": first})
        assert engine.attempt("refresh")
        assert engine.is_settled({**given, "options": first})
    assert "b=2" not in config.read_text()


@pytest.mark.parametrize("value", ["a=1", ["a=1"]])
def test_one_value_is_a_list_of_it(value: object, tmp_path: Path) -> None:
    runner, engine = FakeRunner(), Engine()
    tool = {"command": "docker-machine", "storage": str(tmp_path), "deadline": 60.0}
    given = {
        "name": "m",
        "driver": "hyperv",
        "owner": "me",
        "tool": tool,
        "moves": False,
        "adopt": False,
        "keep": False,
    }
    with led_to(runner, Disk()):
        engine.up({**given, "options": {"engine-label": value}})
        engine.refresh()
        assert engine.is_settled({**given, "options": {"engine-label": value}})
