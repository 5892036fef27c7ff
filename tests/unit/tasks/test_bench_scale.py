"""The bench's stacks of several sizes, and their table."""

import json

import pytest

from registry_stack.settings import load
from tasks.bench.scale import SIZES, Scaled, scale_table, sized
from tasks.bench.stack import PROJECT, own_config
from tasks.layout import HERE


@pytest.mark.parametrize("machines", SIZES)
def test_a_stack_has_that_many_machines_all_at_once(machines: int) -> None:
    config = sized(own_config((HERE.checkout / "Pulumi.demo.yaml").read_text(), HERE.state), machines)
    settings = load({key: json.dumps(value) for key, value in config.items()}, PROJECT)
    assert len(settings.machines) == machines
    assert settings.docker_machine.parallel == machines
    assert settings.docker_machine.storage_folder == HERE.state


def test_sizes_are_compared_with_the_first() -> None:
    assert scale_table([Scaled(1, 10.0, 2.0), Scaled(4, 16.0, 5.0)]) == [
        "machines        up      each   ratio   destroy   ratio",
        "       1    10.0 s    10.0 s    1.00     2.0 s    1.00",
        "       4    16.0 s     4.0 s    1.60     5.0 s    2.50",
    ]
