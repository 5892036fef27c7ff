"""Reboots and moves of a machine, against SSH and an engine on loopback."""

from typing import Any

import pytest

from providers.address import StaticAddressProvider, place
from registry_stack.common.errors import CommandError, DeadlineError
from registry_stack.guest.addresses import GUESTS
from registry_stack.remote.reboot import answers, reboot
from tests.fakes.guest_machine import FIRST, SETTLED, GuestMachine
from tests.fakes.machine_tool import MachineTool
from tests.fakes.ssh_server import Reply

pytestmark = pytest.mark.loopback

SHUTDOWN = "shutdown -r now"


@pytest.fixture
def moving(machine_tool: MachineTool) -> GuestMachine:
    return GuestMachine(machine_tool)


@pytest.mark.parametrize(
    "breaks", [Reply(drops=True, code=None), Reply(), Reply(code=255)], ids=["cut", "ok", "killed"]
)
def test_a_reboot_is_over_when_the_boot_is_another(breaks: Reply, moving: GuestMachine) -> None:
    moving.breaks = breaks
    with moving.ssh.serving() as ssh:
        reboot(ssh.login, FIRST, 20)
    assert moving.commands == [SHUTDOWN]
    assert moving.ssh.asked[-1] == ("cat /proc/sys/kernel/random/boot_id", "")


def test_a_machine_that_did_not_reboot_is_not_taken_for_one_that_did(moving: GuestMachine) -> None:
    moving.reboots = False
    timed_out = pytest.raises(DeadlineError, match=r"waiting for the reboot of docker@127\.0\.0\.1:\d+$")
    with moving.ssh.serving() as ssh, timed_out:
        reboot(ssh.login, FIRST, 0.2)


def test_answers_or_not(moving: GuestMachine) -> None:
    with moving.ssh.serving() as ssh:
        assert answers(ssh.login) is True
    assert answers(ssh.login) is False


def block(props: dict[str, Any]) -> str:
    """The block of bootsync.sh for a machine's place."""
    return GUESTS["boot2docker"].document(place(props))


def test_a_machine_is_moved_as_in_the_guide(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with moving.running(FIRST, monkeypatch):
        props = moving.props()
        made = StaticAddressProvider().create(props)
    assert (made.id, made.outs) == ("m", {**props, "settled": SETTLED, "drift": []})
    assert moving.told == block(props)
    assert [command == SHUTDOWN for command in moving.commands] == [False, True]
    assert moving.noted == SETTLED
    assert moving.tool.commands == [["regenerate-certs", "--force", "m"]]


def test_certificates_that_fit_are_not_made_again(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with moving.running(SETTLED, monkeypatch):
        StaticAddressProvider().create(moving.props())
    assert moving.boots == 2
    assert moving.tool.commands == []


def test_a_move_is_over_when_the_engine_is_ready(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    moving.engine.ready = False
    with moving.running(SETTLED, monkeypatch), pytest.raises(DeadlineError, match=r"the engine at 127\.0\.0\.2:\d+"):
        StaticAddressProvider().create(moving.props(tool={**moving.tool.props, "deadline": 0.5}))


def test_a_move_that_was_cut_short_goes_on_without_another_restart(
    moving: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving.ssh.hosts = {SETTLED}
    with moving.running(SETTLED, monkeypatch):
        StaticAddressProvider().create(moving.props())
    assert moving.commands == []
    assert moving.boots == 1
    assert moving.noted == SETTLED


def test_an_update_moves_from_where_the_machine_is_now(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = StaticAddressProvider()
    with moving.running(SETTLED, monkeypatch):
        first = moving.props(login={**moving.login, "host": "203.0.113.1"}, address=FIRST)
        other = {**first, "address": SETTLED}
        olds = {**first, "settled": FIRST, "drift": []}
        assert provider.update("m", olds, other).outs == {**other, "settled": SETTLED, "drift": []}
        assert moving.told == block(other)
        assert moving.boots == 2
        longer = {**other, "tool": {**moving.tool.props, "deadline": 30.0}}
        provider.update("m", {**other, "settled": SETTLED, "drift": []}, longer)
        assert moving.boots == 2, "another deadline is no reason to restart"


def test_a_failing_step_is_the_machines_own_words(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_command: str, _stdin: str) -> Reply:
        return Reply(errors="cat: write error: No space left on device", code=1)

    moving.ssh.answer = full
    with moving.running(FIRST, monkeypatch), pytest.raises(CommandError, match="No space left on device"):
        StaticAddressProvider().create(moving.props())
    assert moving.noted == FIRST
