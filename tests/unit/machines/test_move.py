"""Moves to a static address: other guests than a Boot2Docker, and what is no move at all."""

import pytest

from providers.address import StaticAddressProvider
from registry_stack.common.errors import MachineError
from registry_stack.machines import move as moves
from tests.fakes.guest_machine import FIRST, SETTLED, GuestMachine
from tests.fakes.machine_tool import MachineTool
from tests.fakes.ssh_server import Reply

pytestmark = pytest.mark.loopback


@pytest.fixture
def moving(machine_tool: MachineTool) -> GuestMachine:
    return GuestMachine(machine_tool)


def other_guest(moving: GuestMachine, apply: str, goes_to: set[str]) -> None:
    """A guest that takes its address at once; the connection breaks as it does."""
    usual = moving.ssh.answer

    def answer(command: str, stdin: str) -> Reply:
        if apply in command:
            moving.ssh.hosts = goes_to
            return Reply(drops=True, code=None)
        return usual(command, stdin)

    moving.ssh.answer = answer


@pytest.mark.parametrize(
    ("kind", "apply"),
    [
        ("networkd", "restart systemd-networkd"),
        ("networkmanager", "nmcli connection up"),
        ("ifupdown", "ifup --force"),
    ],
)
def test_other_guests_need_no_restart(
    kind: str, apply: str, moving: GuestMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving.kind = kind
    other_guest(moving, apply, {SETTLED})
    with moving.running(FIRST, monkeypatch):
        StaticAddressProvider().create(moving.props())
    assert moving.boots == 1
    written = [stdin for _, stdin in moving.ssh.asked if stdin]
    assert len(written) == 1
    assert SETTLED in written[0]
    assert moving.tool.commands == [["regenerate-certs", "--force", "m"]]


def test_the_old_address_has_to_be_silent(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_SECONDS_TO_LEAVE", 0.3)
    moving.kind = "networkd"
    other_guest(moving, "restart systemd-networkd", {FIRST, SETTLED})
    answers_at_both = pytest.raises(MachineError, match=r"answers at its static address, but still at 127\.0\.0\.1 too")
    with moving.running(FIRST, monkeypatch), answers_at_both:
        StaticAddressProvider().create(moving.props())
    assert moving.tool.commands == []
    assert moving.noted == FIRST


def test_an_unknown_guest_is_the_users_to_move(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    moving.kind = ""
    by_hand = pytest.raises(MachineError, match="neither a Boot2Docker nor a system with NetworkManager")
    with moving.running(FIRST, monkeypatch), by_hand:
        StaticAddressProvider().create(moving.props())
    assert [stdin for _, stdin in moving.ssh.asked if stdin] == []


def test_a_machine_that_is_there_is_only_told_to_stay(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with moving.running(FIRST, monkeypatch):
        StaticAddressProvider().create(moving.props(address=FIRST))
    assert moving.boots == 1
    assert "ifconfig eth0 127.0.0.1" in moving.told
    assert moving.tool.commands == []


def test_an_unknown_guest_that_is_there_already_goes_on(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    moving.kind = ""
    with moving.running(FIRST, monkeypatch):
        made = StaticAddressProvider().create(moving.props(address=FIRST))
    assert made.outs is not None
    assert made.outs["settled"] == FIRST
    assert [stdin for _, stdin in moving.ssh.asked if stdin] == []


def test_name_servers_come_along(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    moving.kind = "networkd"
    other_guest(moving, "restart systemd-networkd", {SETTLED})
    usual = moving.ssh.answer

    def answer(command: str, stdin: str) -> Reply:
        return (
            Reply("nameserver 127.0.0.9\nnameserver 9.9.9.9\n") if "netif/links" in command else usual(command, stdin)
        )

    moving.ssh.answer = answer
    with moving.running(SETTLED, monkeypatch):
        StaticAddressProvider().create(moving.props())
    assert [stdin.splitlines()[-1] for _, stdin in moving.ssh.asked if stdin] == ["DNS=9.9.9.9"]


def test_a_guest_that_has_gone_back_says_why_at_once(moving: GuestMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    moving.kind = "networkmanager"
    usual = moving.ssh.answer

    def answer(command: str, stdin: str) -> Reply:
        return Reply("refused\nError: no such device\n") if "/ended" in command else usual(command, stdin)

    moving.ssh.answer = answer
    refused = pytest.raises(MachineError, match=r"has gone back .* was refused:\nError: no such device")
    with moving.running(SETTLED, monkeypatch), refused:
        StaticAddressProvider().create(moving.props())
    assert moving.noted == FIRST
