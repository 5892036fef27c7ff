"""bootsync.sh of a Boot2Docker, written by a real shell."""

import subprocess
from ipaddress import IPv4Address, IPv4Network

import pytest

from registry_stack.guest.boot2docker import block, install_block, remove_block, static_address
from tests.shell.guest_shell import Guest

FOREIGN = "#!/bin/sh\n# mine\nmodprobe zfs\nprintf '%s\\n' \"$HOME\"\n"


def install(guest: Guest, part: str, *lines: str) -> None:
    guest.run_as_root(install_block(part), block(part, lines))


def remove(guest: Guest, part: str) -> None:
    guest.run_as_root(remove_block(part))


def test_the_guides_three_lines() -> None:
    subnet = IPv4Network("192.168.233.0/24")
    assert static_address(IPv4Address("192.168.233.3"), subnet, IPv4Address("192.168.233.2"), "eth0") == [
        "kill $(cat /var/run/udhcpc.eth0.pid)",
        "ifconfig eth0 192.168.233.3 netmask 255.255.255.0 broadcast 192.168.233.255 up",
        "route add default gw 192.168.233.2",
    ]


def test_another_subnet_and_interface() -> None:
    subnet = IPv4Network("10.1.0.0/16")
    assert static_address(IPv4Address("10.1.2.3"), subnet, IPv4Address("10.1.0.1"), "eth1") == [
        "kill $(cat /var/run/udhcpc.eth1.pid)",
        "ifconfig eth1 10.1.2.3 netmask 255.255.0.0 broadcast 10.1.255.255 up",
        "route add default gw 10.1.0.1",
    ]


def test_a_first_block_makes_a_script(guest: Guest) -> None:
    install(guest, "static address", "route add default gw 192.168.233.2")
    assert guest.bootsync.read_text() == (
        "#!/bin/sh\n# >>> static address\nroute add default gw 192.168.233.2\n# <<< static address\n"
    )
    assert guest.bootsync.stat().st_mode & 0o777 == 0o755
    assert [each.name for each in guest.bootsync.parent.iterdir()] == ["bootsync.sh"]


def test_the_users_own_lines_stay(guest: Guest) -> None:
    guest.bootsync.write_text(FOREIGN)
    install(guest, "a", "echo a")
    assert guest.bootsync.read_text() == FOREIGN.replace("#!/bin/sh\n", "#!/bin/sh\n" + block("a", ["echo a"]))
    remove(guest, "a")
    assert guest.bootsync.read_text() == FOREIGN


def test_a_last_line_without_an_end_stays_without_one(guest: Guest) -> None:
    guest.bootsync.write_text("#!/bin/sh\nmodprobe zfs")
    install(guest, "a", "echo a")
    assert guest.bootsync.read_text() == "#!/bin/sh\n" + block("a", ["echo a"]) + "modprobe zfs"
    install(guest, "a", "echo a")
    remove(guest, "a")
    assert guest.bootsync.read_text() == "#!/bin/sh\nmodprobe zfs"


def test_blank_lines_of_the_user_neither_grow_nor_go(guest: Guest) -> None:
    guest.bootsync.write_text("#!/bin/sh\n\nmodprobe zfs\n\n")
    for _ in range(3):
        install(guest, "a", "echo a")
    remove(guest, "a")
    assert guest.bootsync.read_text() == "#!/bin/sh\n\nmodprobe zfs\n\n"


def test_a_block_is_replaced_and_others_keep_their_order(guest: Guest) -> None:
    guest.bootsync.write_text(FOREIGN)
    for part in ("static address", "registry names", "engine trust"):
        install(guest, part, f"echo {part}")
    install(guest, "static address", "echo another address")
    registry, engine = (block(part, [f"echo {part}"]) for part in ("registry names", "engine trust"))
    other = block("static address", ["echo another address"])
    assert guest.bootsync.read_text() == FOREIGN.replace("#!/bin/sh\n", f"#!/bin/sh\n{other}{engine}{registry}")


@pytest.mark.parametrize("times", [1, 3])
def test_installing_the_same_again_changes_nothing(times: int, guest: Guest) -> None:
    install(guest, "a", "echo a")
    once = guest.bootsync.read_text()
    for _ in range(times):
        install(guest, "a", "echo a")
    assert guest.bootsync.read_text() == once


def test_removal_takes_one_block_alone(guest: Guest) -> None:
    for part in ("engine", "engine trust", "trust"):
        install(guest, part, f"echo {part}")
    remove(guest, "engine trust")
    assert guest.bootsync.read_text() == "#!/bin/sh\n" + block("trust", ["echo trust"]) + block(
        "engine", ["echo engine"]
    )
    remove(guest, "no such part")
    remove(guest, "engine")
    remove(guest, "trust")
    assert not guest.bootsync.exists()


def test_removal_from_a_machine_without_the_script_is_no_error(guest: Guest) -> None:
    remove(guest, "a")
    assert list(guest.bootsync.parent.iterdir()) == []


def test_a_machine_without_the_folder_says_so_and_nothing_is_left(guest: Guest) -> None:
    guest.bootsync.parent.rmdir()
    with pytest.raises(subprocess.CalledProcessError) as raised:
        install(guest, "a", "echo a")
    assert b"boot2docker" in raised.value.stderr


@pytest.mark.parametrize("others", ["", "modprobe zfs\n"])
def test_a_script_without_anything_else_goes_with_its_last_block(others: str, guest: Guest) -> None:
    if others:
        guest.bootsync.write_text(f"#!/bin/sh\n{others}")
    install(guest, "trust in a.b", "echo a")
    remove(guest, "trust in a.b")
    assert guest.bootsync.exists() is bool(others)
    assert not others or guest.bootsync.read_text() == f"#!/bin/sh\n{others}"


def test_a_name_with_dots_is_no_pattern(guest: Guest) -> None:
    install(guest, "trust in axb", "echo a")
    remove(guest, "trust in a.b")
    assert guest.bootsync.read_text() == "#!/bin/sh\n" + block("trust in axb", ["echo a"])
