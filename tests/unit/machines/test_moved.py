"""Machines that have moved to their static address: what a refresh sees of them, and how the next `up` heals them."""

from collections.abc import Iterator
from typing import Any

import pytest

from providers.address import StaticAddressProvider, place
from registry_stack.guest.addresses import GUESTS
from tests.fakes.guest_machine import FIRST, SETTLED, GuestMachine, script_of
from tests.fakes.machine_tool import MachineTool

pytestmark = pytest.mark.loopback

PROVIDER = StaticAddressProvider()
NOT_KEPT = "its static address is not set for the next boot"


@pytest.fixture
def moved(machine_tool: MachineTool, monkeypatch: pytest.MonkeyPatch) -> Iterator[GuestMachine]:
    """A machine that is at its static address, with all that it should have."""
    machine = GuestMachine(machine_tool)
    with machine.running(SETTLED, monkeypatch):
        tell(machine)
        machine.note(SETTLED)
        machine.ssh.hosts = {SETTLED}
        yield machine


def known(moved: GuestMachine, *drift: str) -> dict[str, Any]:
    return {**moved.props(), "settled": SETTLED, "drift": list(drift)}


def tell(moved: GuestMachine, kind: str = "boot2docker") -> None:
    """It is a guest of that kind, and told of its address."""
    moved.kind, moved.told = kind, GUESTS[kind].document(place(moved.props()))


def seen(moved: GuestMachine) -> list[str]:
    """What a refresh finds."""
    outs = PROVIDER.read("m", known(moved)).outs
    assert outs is not None
    assert outs == known(moved, *outs["drift"])
    return list(outs["drift"])


def heal(moved: GuestMachine) -> None:
    """An `up` after a refresh, and another one."""
    drifted = known(moved, *seen(moved))
    assert PROVIDER.diff("m", drifted, moved.props()).changes
    healed = PROVIDER.update("m", drifted, moved.props()).outs
    assert healed == known(moved)
    assert not PROVIDER.diff("m", healed, moved.props()).changes
    assert seen(moved) == []


@pytest.mark.parametrize("kind", GUESTS)
def test_one_that_is_well(kind: str, moved: GuestMachine) -> None:
    tell(moved, kind)
    assert seen(moved) == []
    assert [stdin for _, stdin in moved.ssh.asked if stdin] == [], "a refresh writes nothing"


@pytest.mark.parametrize("kind", GUESTS)
@pytest.mark.parametrize("told", ["", "another address\n"])
def test_one_that_would_not_boot_there_is_told_again_and_stays_up(kind: str, told: str, moved: GuestMachine) -> None:
    tell(moved, kind)
    wanted, moved.told = moved.told, told
    assert seen(moved) == [NOT_KEPT]
    heal(moved)
    assert moved.told == wanted
    assert moved.boots == 1
    assert moved.commands == [script_of(GUESTS[kind].install)], "the file, and no change of the address that it has"
    assert {command[0] for command in moved.tool.commands} == {"status", "ip"}


def test_whoever_told_a_guest_of_another_kind_is_not_asked(moved: GuestMachine) -> None:
    moved.kind, moved.told = "", ""
    assert seen(moved) == []


def test_all_that_is_amiss_is_told(moved: GuestMachine) -> None:
    moved.engine.ready, moved.told = False, ""
    assert seen(moved) == ["its engine does not answer", NOT_KEPT]


def test_one_that_is_elsewhere_is_moved_again(moved: GuestMachine) -> None:
    moved.ssh.hosts, moved.told = {FIRST}, ""
    assert seen(moved) == ["the machine is not at its address"]
    heal(moved)
    assert moved.boots == 2
    assert moved.noted == SETTLED


def test_one_that_is_started_and_then_elsewhere_is_moved_again(moved: GuestMachine) -> None:
    class Started(set[str]):
        """Addresses at which the machine answers once docker-machine has started it."""

        def __contains__(self, address: object) -> bool:
            return ["start", "m"] in moved.tool.commands and super().__contains__(address)

    moved.note(SETTLED, "hyperv")
    moved.ssh.hosts, moved.told = Started({FIRST}), ""
    moved.tool.plan(status={"output": "Stopped", "once": True})
    assert seen(moved) == ["the machine is not at its address"]
    heal(moved)
    assert moved.boots == 2
    assert moved.noted == SETTLED
