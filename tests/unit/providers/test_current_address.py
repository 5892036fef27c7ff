"""Where a machine answers just before it is told to move: looked for on loopback."""

from typing import Any

import pytest

from providers.current_address import CurrentAddressProvider
from registry_stack.common import waiting
from registry_stack.common.errors import DeadlineError
from tests.fakes.guest_machine import FIRST, SETTLED, GuestMachine
from tests.fakes.machine_tool import MachineTool
from tests.fakes.seams import Clock
from tests.fakes.ssh_server import ed25519, public

pytestmark = pytest.mark.loopback

PROVIDER = CurrentAddressProvider()
NOWHERE = "127.0.0.3"


class Hasty(Clock):
    """Time of which every pause takes as much as anybody waits for."""

    def sleep(self, _: float) -> None:
        super().sleep(600)


@pytest.fixture
def machine(machine_tool: MachineTool) -> GuestMachine:
    return GuestMachine(machine_tool)


def created(machine: GuestMachine, props: dict[str, Any]) -> dict[str, Any]:
    made = PROVIDER.create(props)
    assert made.id == "m"
    assert made.outs is not None
    assert PROVIDER.diff("m", made.outs, props).changes is False
    assert machine.commands == [], "to look for a machine changes nothing"
    return made.outs


@pytest.mark.parametrize("noted", [FIRST, NOWHERE])
def test_at_the_address_of_its_creation(noted: str, machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with machine.running(FIRST, monkeypatch):
        machine.note(noted)
        props = machine.props()
        assert created(machine, props) == {**props, "current": FIRST, "drift": []}


def test_at_its_static_address_already(machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.ssh.hosts = {SETTLED}
    with machine.running(FIRST, monkeypatch):
        assert created(machine, machine.props())["current"] == SETTLED


def test_where_docker_machine_says_that_it_is(machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.ssh.hosts = {SETTLED}
    with machine.running(FIRST, monkeypatch):
        machine.note(SETTLED)
        props = machine.props(login={**machine.login, "host": NOWHERE}, address=FIRST)
        assert created(machine, props)["current"] == SETTLED


def test_docker_machines_word_comes_first(machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.ssh.hosts = {FIRST, SETTLED}
    with machine.running(FIRST, monkeypatch):
        machine.note(SETTLED)
        assert created(machine, machine.props(address=FIRST))["current"] == SETTLED


def test_a_machine_that_boots_is_waited_for(machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(set[str]):
        """Addresses at which the machine answers once somebody has knocked so many times."""

        knocks = 7

        def __contains__(self, address: object) -> bool:
            self.knocks -= 1
            return self.knocks < 0 and super().__contains__(address)

    machine.ssh.hosts = Later({FIRST})
    with machine.running(FIRST, monkeypatch):
        assert created(machine, machine.props())["current"] == FIRST


def test_a_machine_that_is_stopped_is_started_first(machine: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.tool.plan(status={"output": "Stopped", "once": True})
    with machine.running(FIRST, monkeypatch):
        machine.note(FIRST, "hyperv")
        assert created(machine, machine.props())["current"] == FIRST
    asked = [command[0] for command in machine.tool.commands]
    assert asked.index("status") < asked.index("start") < asked.index("ip"), "a stopped one has no address"


def test_docker_machine_is_not_asked_how_a_machine_of_the_generic_driver_is(
    machine: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.tool.plan(status={"output": "Stopped"})
    with machine.running(FIRST, monkeypatch):
        machine.note(NOWHERE)
        assert created(machine, machine.props())["current"] == FIRST
    assert {command[0] for command in machine.tool.commands} == {"inspect"}, "it looks where it was told, and waits"


def test_one_that_answers_nowhere_is_an_error_that_names_the_places(
    machine: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.ssh.hosts = set()
    monkeypatch.setattr(waiting, "time", Hasty())
    with machine.running(FIRST, monkeypatch):
        machine.note(NOWHERE)
        with pytest.raises(DeadlineError, match=r"\bm at one of 127\.0\.0\.3, 127\.0\.0\.1, 127\.0\.0\.2\b"):
            PROVIDER.create(machine.props())


def test_another_machine_at_its_address_is_not_taken_for_it(
    machine: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with machine.running(FIRST, monkeypatch):
        monkeypatch.setattr(waiting, "time", Hasty())
        pinned = {**machine.login, "host_key": public(ed25519())}
        with pytest.raises(DeadlineError, match=r"\bm at one of 127\.0\.0\.1, 127\.0\.0\.2\b"):
            PROVIDER.create(machine.props(login=pinned))
    assert machine.ssh.asked == []


def test_before_each_move_it_is_looked_for_again_but_not_by_a_refresh(
    machine: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with machine.running(FIRST, monkeypatch):
        outs = created(machine, machine.props())
        machine.ssh.hosts = {SETTLED}
        assert PROVIDER.read("m", outs).outs == outs, "where it was is what its commands were run at"
        elsewhere = machine.props(address=NOWHERE)
        assert PROVIDER.diff("m", outs, elsewhere).changes
        machine.note(SETTLED)
        assert PROVIDER.update("m", outs, elsewhere).outs == {**elsewhere, "current": SETTLED, "drift": []}
