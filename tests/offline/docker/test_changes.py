"""What the docker plugin calls a change, and what a fault: without an engine."""

import pytest

from offline.docker.plugin import DockerPlugin
from offline.kit.values import UNKNOWN, Properties
from tests.offline.engine import Caller, CheckedError, Made


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller(DockerPlugin())


PORTS = [{"internal": 5000, "external": 443}]
EVERYWHERE = {"ip": "0.0.0.0", "protocol": "tcp"}  # noqa: S104 - the engine's words for the default


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"user": "", "workingDir": ""}),
        ({"command": ["x"], "entrypoints": ["y"], "hostname": "h", "envs": [], "stopTimeout": 0}, {}),
        ({"capabilities": {"adds": ["B", "A"], "drops": []}}, {"capabilities": {"adds": ["A", "B"]}}),
        ({"ports": [{**PORTS[0], **EVERYWHERE}]}, {"ports": PORTS}),
        (
            {"volumes": [{"containerPath": "/c", "hostPath": "", "readOnly": False}]},
            {"volumes": [{"containerPath": "/c"}]},
        ),
        ({"tmpfs": {}, "dns": [], "memory": 0, "privileged": False}, {}),
    ],
)
def test_no_change(caller: Caller, old: Properties, new: Properties) -> None:
    base = {"name": "c", "image": "i"}
    inputs = caller.check("Container", base)
    assert caller.changes("Container", Made("id", inputs, {**inputs, **old}), {**base, **new}) == {}


@pytest.mark.parametrize(
    ("new", "change"),
    [
        ({"image": "j"}, {"image": "UPDATE_REPLACE"}),
        ({"image": UNKNOWN}, {"image": "UPDATE_REPLACE"}),
        ({"envs": ["A=b"]}, {"envs": "ADD_REPLACE"}),
        ({"restart": "always"}, {"restart": "UPDATE"}),
        ({"memory": 64}, {"memory": "ADD"}),
        ({"ports": [{"internal": 5000, "external": 444}]}, {"ports": "UPDATE_REPLACE"}),
    ],
)
def test_changes(caller: Caller, new: Properties, change: dict[str, str]) -> None:
    base = {"name": "c", "image": "i", "ports": PORTS}
    inputs = caller.check("Container", base)
    made = Made("id", inputs, inputs)
    assert caller.changes("Container", made, {**base, **new}) == change
    assert caller.diff("Container", made, {**base, **new}).deleteBeforeReplace == ("REPLACE" in str(change))


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [
        ({"image": "i", "restart": "sometimes"}, {"restart": "must be one of no, on-failure, always, unless-stopped"}),
        ({}, {"image": "is required"}),
        ({"image": "i", "ports": [{"external": 1}]}, {"ports[0].internal": "is required"}),
        ({"image": "i", "gpus": "all"}, {"gpus": "is not among what the offline plugin can do"}),
    ],
)
def test_faults(caller: Caller, inputs: Properties, fault: dict[str, str]) -> None:
    with pytest.raises(CheckedError) as caught:
        caller.check("Container", inputs)
    assert caught.value.faults == fault
