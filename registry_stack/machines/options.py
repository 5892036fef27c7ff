"""Whether docker-machine knows a driver's options, and what a change of them needs."""

from collections.abc import Mapping
from difflib import get_close_matches

from registry_stack.common.errors import CommandError
from registry_stack.common.options import OptionValue
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.store import IN_PLACE


def faults(tool: DockerMachine, driver: str, options: Mapping[str, OptionValue]) -> list[str]:
    """A line for each option that the installed docker-machine's driver does not have."""
    try:
        known = tool.flags(driver)
    except CommandError as error:
        return [f"docker-machine does not know the driver {driver}: {error.output.strip()}"]
    return [_fault(name, driver, known) for name in options if name not in known]


def needs_replacement(olds: Mapping[str, OptionValue], news: Mapping[str, OptionValue]) -> bool:
    """Whether a change of options needs another machine, because this one can't take it over."""
    changed = {name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name)}
    return bool(changed - IN_PLACE)


def _fault(name: str, driver: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.0)
    return f"docker-machine's driver {driver} has no option {name}: did you mean {near[0]}?"
