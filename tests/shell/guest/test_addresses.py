"""Static addresses, told to guests and looked up there by a real shell."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from registry_stack.guest.addresses import GUESTS, StaticAddress, write_bootsync
from registry_stack.guest.boot2docker import STATIC_ADDRESS, block, install_block, read_block, remove_block
from registry_stack.machines.move import drift_of_moved, heal_moved
from tests.fakes.guest_machine import SETTLED, GuestMachine
from tests.fakes.machine_tool import make_machine_tool
from tests.fakes.ssh_server import Reply
from tests.shell.guest_shell import Guest

TARGET = StaticAddress(IPv4Address("127.0.0.2"), IPv4Network("127.0.0.0/24"), IPv4Address("127.0.0.9"), "eth0")
OTHER = StaticAddress(IPv4Address("127.0.0.22"), IPv4Network("127.0.0.0/24"), IPv4Address("127.0.0.9"), "eth0")
BLOCK = GUESTS["boot2docker"].document(TARGET)


def os_release(guest: Guest, id_: str) -> None:
    guest.path("/etc/os-release").write_text(f'NAME="Some system"\nID={id_}\n')


def keeps(guest: Guest, kind: str, target: StaticAddress = TARGET) -> bool:
    """Whether the guest says that it is told of the address."""
    return GUESTS[kind].is_installed(guest.run_as_root(GUESTS[kind].read), target)


def tell(guest: Guest, kind: str, target: StaticAddress = TARGET) -> None:
    if kind == "ifupdown" and not guest.path("/etc/network").exists():
        guest.path("/etc/network").mkdir()
        guest.path("/etc/network/interfaces").write_text("auto lo\niface lo inet loopback\n")
    guest.run_as_root(GUESTS[kind].install, GUESTS[kind].document(target))


@pytest.mark.parametrize("kind", GUESTS)
def test_a_guest_keeps_the_address_that_it_was_told_last(kind: str, guest: Guest) -> None:
    before = sorted(guest.root.rglob("*"))
    assert not keeps(guest, kind)
    assert sorted(guest.root.rglob("*")) == before, "to ask changes nothing"
    tell(guest, kind)
    assert keeps(guest, kind)
    assert not keeps(guest, kind, OTHER)
    tell(guest, kind, OTHER)
    assert not keeps(guest, kind)
    assert keeps(guest, kind, OTHER)


@pytest.mark.parametrize("kind", ["networkmanager", "networkd"])
@pytest.mark.parametrize("damage", ["", "# somebody's\n"], ids=["emptied", "altered"])
def test_a_file_that_somebody_altered_is_not_kept(kind: str, damage: str, guest: Guest) -> None:
    tell(guest, kind)
    (file,) = (path for path in guest.path("/etc").rglob("*registry-stack*") if path.is_file())
    file.write_text(damage and damage + file.read_text())
    assert not keeps(guest, kind)
    tell(guest, kind)
    assert keeps(guest, kind)


def test_a_block_is_read_from_among_other_lines(guest: Guest) -> None:
    mine = "#!/bin/sh\nmodprobe zfs\n"
    for name in ("a.b", "axb", STATIC_ADDRESS, f"{STATIC_ADDRESS} of eth1"):
        guest.run_as_root(install_block(name), block(name, [f"echo {name}"]))
    guest.bootsync.write_text(mine + guest.bootsync.read_text() + mine)
    for name in ("a.b", "axb", STATIC_ADDRESS, f"{STATIC_ADDRESS} of eth1"):
        assert guest.run(read_block(name)) == block(name, [f"echo {name}"])
    assert guest.run(read_block("a")) == ""


def test_a_block_of_a_machine_without_the_script_is_nothing(guest: Guest) -> None:
    with pytest.raises(CalledProcessError) as raised:
        guest.run(read_block(STATIC_ADDRESS))
    assert raised.value.stdout == b""


def test_a_boot2docker_keeps_its_block_among_others(guest: Guest) -> None:
    guest.bootsync.write_text("#!/bin/sh\nmodprobe zfs")
    for name in ("engine trust", "registry names"):
        guest.run_as_root(install_block(name), block(name, [f"echo {name}"]))
    tell(guest, "boot2docker")
    guest.bootsync.write_text(guest.bootsync.read_text() + "# mine\n")
    assert keeps(guest, "boot2docker")


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param("#!/bin/sh\n", id="gone"),
        pytest.param("#!/bin/sh\n" + BLOCK.replace("ifconfig", "# ifconfig"), id="altered"),
        pytest.param("#!/bin/sh\n" + BLOCK.replace("route", "modprobe zfs\nroute"), id="a line in it"),
        pytest.param("#!/bin/sh\n" + BLOCK.replace("# <<<", "#"), id="no end"),
        pytest.param("#!/bin/sh\n" + BLOCK + GUESTS["boot2docker"].document(OTHER), id="another one after it"),
    ],
)
def test_a_boot2docker_whose_block_is_not_what_it_was_told_does_not_keep_it(altered: str, guest: Guest) -> None:
    guest.bootsync.write_text(altered)
    assert not keeps(guest, "boot2docker")
    tell(guest, "boot2docker")
    assert keeps(guest, "boot2docker")


def test_bootsync_is_written_on_a_boot2docker(guest: Guest) -> None:
    os_release(guest, "boot2docker")
    assert guest.run_as_root(write_bootsync(), BLOCK) == ""
    assert guest.bootsync.read_text() == "#!/bin/sh\n" + BLOCK
    assert guest.bootsync.stat().st_mode & 0o777 == 0o755
    assert keeps(guest, "boot2docker")


@pytest.mark.parametrize("id_", ["debian", "debian\nID_LIKE=boot2docker", ""])
def test_bootsync_is_not_written_on_another_system(id_: str, guest: Guest) -> None:
    if id_:
        os_release(guest, id_)
    guest.bootsync.parent.rmdir()
    assert guest.run_as_root(write_bootsync(), BLOCK * 1000) == "no Boot2Docker: nothing to write\n"
    assert not guest.bootsync.parent.exists()


def test_a_block_that_is_gone_is_seen_and_put_back_without_a_reboot(
    guest: Guest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = GuestMachine(make_machine_tool(tmp_path))
    machine.ssh.hosts = {SETTLED}
    rebooting = machine.ssh.answer

    def answer(command: str, stdin: str) -> Reply:
        if "shutdown" in command or "boot_id" in command:
            return rebooting(command, stdin)
        return Reply(guest.run(command, stdin))

    machine.ssh.answer = answer
    os_release(guest, "boot2docker")
    tell(guest, "boot2docker")
    with machine.running(SETTLED, monkeypatch):
        machine.note(SETTLED)
        tool, first = machine.tool.docker_machine, machine.ssh.login
        there = replace(first, host=SETTLED)
        assert drift_of_moved(tool, "m", there, TARGET) == []
        guest.run_as_root(remove_block(STATIC_ADDRESS))
        assert drift_of_moved(tool, "m", there, TARGET) == ["its static address is not set for the next boot"]
        heal_moved(tool, "m", first, TARGET)
        assert drift_of_moved(tool, "m", there, TARGET) == []
    assert guest.bootsync.read_text() == "#!/bin/sh\n" + BLOCK
    assert machine.boots == 1
