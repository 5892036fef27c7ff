"""Stacks of earlier versions: every resource that they have is one of today's, by its aliases.

`earlier/COMMIT-STACK.txt` has the resources that the program of that commit registered for a stack file with CHANGES:
their types, with those of all parents, and names.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from components.registry_stack import RegistryStack, RegistryStackArgs
from registry_stack.settings import settings_of
from tests.unit.components.aliases import former_urns
from tests.unit.components.program_mocks import NAME, Run, run, run_program
from tests.unit.settings.test_settings import GOOD

EARLIER = Path(__file__).with_name("earlier")
EVERYTHING: dict[str, Any] = {
    "hostsFile": "manage",
    "workstationTrust": "user",
    "certificates": {"authorities": [{}, {"name": "own", "source": "docker-machine"}]},
}
CHANGES = {"demo": EVERYTHING, "hyperv": {**EVERYTHING, "clients": [{"name": f"client{n}"} for n in range(1, 5)]}}


def resources_of(commit: str, stack: str) -> set[str]:
    lines = (EARLIER / f"{commit}-{stack}.txt").read_text("utf-8").splitlines()
    return {f"urn:pulumi:{stack}::{NAME}::{line}" for line in lines}


def claimed(ran: Run) -> Counter[str]:
    """How many resources each URN of today or of earlier may belong to."""
    return Counter(each for today, former in former_urns(ran).items() for each in {today, *former})


@pytest.mark.parametrize("stack", CHANGES)
@pytest.mark.parametrize("commit", ["b0fed52"])
def test_each_resource_is_taken_over_by_one_of_its_own_kind(commit: str, stack: str) -> None:
    ran = run(stack, **CHANGES[stack])
    successors: dict[str, list[str]] = {}
    for today, former in former_urns(ran).items():
        for each in former:
            successors.setdefault(each, []).append(today)
    for each in resources_of(commit, stack):
        (today,) = successors[each]
        kind, renamed = (urn.split("::")[2].split("$")[-1] for urn in (each, today))
        assert renamed == kind or (kind, renamed) == ("registry:index:RegistryStack", f"{NAME}:index:RegistryStack")
        assert today.split("::")[-1] in (NAME, f"{NAME}-{each.split('::')[-1]}")


def test_another_stack_of_the_program_takes_over_nothing() -> None:
    def program() -> None:
        for name in (NAME, "another"):
            RegistryStack(name, RegistryStackArgs(settings_of(GOOD)))

    counted = claimed(run_program(program, {}))
    assert {urn: times for urn, times in counted.items() if times > 1} == {}
