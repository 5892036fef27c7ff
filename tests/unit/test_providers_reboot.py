"""Restarts and moves of a machine, against SSH and an engine on loopback."""

import json
from typing import Any

import pytest

from guest.boot2docker import block
from providers.address import StaticAddressProvider
from providers.errors import CommandError, DeadlineError
from providers.reboot import answers, reboot
from providers.restart import RestartProvider
from tests.unit.guest_machine import FIRST, SETTLED, GuestMachine
from tests.unit.machine_tool import MachineTool
from tests.unit.ssh_server import Reply

BLOCK = block("static address", ["route add default gw 192.168.233.2"])
SHUTDOWN = "sudo sh -ec 'shutdown -r now'"


@pytest.fixture
def guest(machine_tool: MachineTool) -> GuestMachine:
    return GuestMachine(machine_tool)


@pytest.mark.parametrize(
    "breaks", [Reply(drops=True, code=None), Reply(), Reply(code=255)], ids=["cut", "ok", "killed"]
)
def test_a_reboot_is_over_when_the_boot_is_another(breaks: Reply, guest: GuestMachine) -> None:
    guest.breaks = breaks
    with guest.ssh.serving() as ssh:
        reboot(ssh.login, FIRST, 20)
    assert guest.commands == [SHUTDOWN]
    assert guest.ssh.asked[-1] == ("cat /proc/sys/kernel/random/boot_id", "")


def test_a_machine_that_did_not_reboot_is_not_taken_for_one_that_did(guest: GuestMachine) -> None:
    guest.reboots = False
    in_vain = pytest.raises(DeadlineError, match=r"the reboot of docker@127\.0\.0\.1:\d+, in vain")
    with guest.ssh.serving() as ssh, in_vain:
        reboot(ssh.login, FIRST, 0.2)


def test_answers_or_not(guest: GuestMachine) -> None:
    with guest.ssh.serving() as ssh:
        assert answers(ssh.login) is True
    assert answers(ssh.login) is False


def restart(guest: GuestMachine, because: str) -> dict[str, Any]:
    return {
        "login": guest.login,
        "folder": str(guest.folder),
        "because": because,
        "serial": "serial-1",
        "deadline": 20.0,
    }


def test_restart_at_creation_and_whenever_its_reason_changes(
    guest: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = RestartProvider()
    with guest.running(FIRST, monkeypatch):
        made = provider.create(restart(guest, "one"))
        assert (made.id, made.outs) == ("serial-1", {**restart(guest, "one"), "address": FIRST})
        assert guest.boots == 2
        assert made.outs is not None
        longer = {**restart(guest, "one"), "deadline": 30.0}
        assert provider.update("serial-1", made.outs, longer).outs == {**longer, "address": FIRST}
        assert guest.boots == 2
        provider.update("serial-1", made.outs, restart(guest, "two"))
        assert guest.boots == 3
        provider.delete("serial-1", made.outs)
        assert guest.boots == 3


def test_a_restart_waits_for_the_engine(guest: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    guest.engine.ready = False
    with guest.running(FIRST, monkeypatch), pytest.raises(DeadlineError, match=r"the engine at 127\.0\.0\.1:\d+"):
        RestartProvider().create({**restart(guest, "one"), "deadline": 0.5})
    assert guest.boots == 2


def move(guest: GuestMachine, **changes: object) -> dict[str, Any]:
    (guest.folder / "config.json").write_text(json.dumps({"DriverName": "generic", "Driver": {"IPAddress": FIRST}}))
    given = {"name": "m", "tool": guest.tool.props, "login": guest.login, "serial": "1"}
    return {**given, "address": SETTLED, "block": BLOCK, **changes}


def entry(guest: GuestMachine) -> str:
    return str(json.loads((guest.folder / "config.json").read_text())["Driver"]["IPAddress"])


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, guest: GuestMachine) -> None:
    """The machine answers at its settled address only once it has rebooted."""
    really = answers
    monkeypatch.setattr("providers.move.answers", lambda login: guest.boots > 1 and really(login))


@pytest.mark.usefixtures("away")
def test_a_machine_is_moved_as_in_the_guide(guest: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with guest.running(FIRST, monkeypatch):
        props = move(guest)
        made = StaticAddressProvider().create(props)
    assert (made.id, made.outs) == ("m", {**props, "settled": SETTLED})
    assert guest.bootsync == BLOCK
    assert [command == SHUTDOWN for command in guest.commands] == [False, True]
    assert entry(guest) == SETTLED
    assert guest.tool.commands == [["regenerate-certs", "--force", "m"]]


@pytest.mark.usefixtures("away")
def test_certificates_that_fit_are_not_made_again(guest: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with guest.running(SETTLED, monkeypatch):
        StaticAddressProvider().create(move(guest))
    assert guest.boots == 2
    assert guest.tool.commands == []


def test_a_move_that_was_cut_short_goes_on_without_another_restart(
    guest: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guest.running(SETTLED, monkeypatch):
        StaticAddressProvider().create(move(guest))
    assert guest.commands == []
    assert guest.boots == 1
    assert entry(guest) == SETTLED


def test_an_update_moves_from_where_the_machine_is_now(guest: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = StaticAddressProvider()
    with guest.running(SETTLED, monkeypatch):
        olds = {**move(guest, login={**guest.login, "host": "203.0.113.1"}), "settled": SETTLED}
        other = {**olds, "block": "another"}
        del other["settled"]
        assert provider.update("m", olds, other).outs == {**other, "settled": SETTLED}
        assert guest.bootsync == "another"
        assert guest.boots == 2
        longer = {**other, "tool": {**guest.tool.props, "deadline": 30.0}}
        provider.update("m", {**other, "settled": SETTLED}, longer)
        assert guest.boots == 2, "another deadline is no reason to restart"


@pytest.mark.usefixtures("away")
def test_a_failing_step_is_the_machines_own_words(guest: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_command: str, _stdin: str) -> Reply:
        return Reply(errors="cat: write error: No space left on device", code=1)

    guest.ssh.answer = full
    with guest.running(FIRST, monkeypatch), pytest.raises(CommandError, match="No space left on device"):
        StaticAddressProvider().create(move(guest))
    assert entry(guest) == FIRST
