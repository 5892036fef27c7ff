"""How `up` and `destroy` grow with the number of machines."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from registry_stack.settings import load
from tasks.bench.command import init, operate
from tasks.bench.stack import NETWORK, PROJECT, BenchStack

SIZES = (1, 4, 8, 20)
_FIRST_CLIENT = 110


@dataclass(frozen=True)
class Scaled:
    """Seconds that a stack of `machines` machines took for its first `up` and for `destroy`."""

    machines: int
    up: float
    destroy: float

    def __str__(self) -> str:
        return f"{self.machines} machines: up {self.up:.1f} s, destroy {self.destroy:.1f} s"


def run_scale(fresh_stack: Callable[[], BenchStack], machines: int) -> Scaled:
    """Measures one size. Raises StackError if a command fails."""
    stack = of_size(fresh_stack(), machines)
    init(stack)
    return Scaled(machines, operate(stack, "up").seconds, operate(stack, "destroy").seconds)


def of_size(stack: BenchStack, machines: int) -> BenchStack:
    """The stack with a registry and as many clients as make up that number of machines, all created in parallel."""
    document = yaml.safe_load(stack.stack_file.read_text("utf-8"))
    config = sized(document["config"], machines)
    stack.stack_file.write_text(yaml.safe_dump({**document, "config": config}), "utf-8")
    return replace(stack, settings=load({key: json.dumps(value) for key, value in config.items()}, PROJECT))


def sized(config: dict[str, Any], machines: int) -> dict[str, Any]:
    """The configuration of a stack with that number of machines."""
    clients = [
        {"name": f"client{number}", "trust": "engine", "machine": _container(f"{NETWORK}{_FIRST_CLIENT + number}")}
        for number in range(1, machines)
    ]
    tool = {**config[f"{PROJECT}:dockerMachine"], "parallel": machines}
    return {**config, f"{PROJECT}:clients": clients, f"{PROJECT}:dockerMachine": tool}


def scale_table(measured: Sequence[Scaled]) -> list[str]:
    """The table's lines; the ratios are to the first size."""
    lines = [f"{'machines':>8}{'up':>10}{'each':>10}{'ratio':>8}{'destroy':>10}{'ratio':>8}"]
    one = measured[0]
    for size in measured:
        up, destroy = size.up / one.up, size.destroy / one.destroy
        lines.append(
            f"{size.machines:>8}{size.up:>8.1f} s{size.up / size.machines:>8.1f} s{up:>8.2f}"
            f"{size.destroy:>8.1f} s{destroy:>8.2f}"
        )
    return lines


def _container(address: str) -> dict[str, Any]:
    return {"driver": "container", "options": {"container-address": address}}
