"""A static address on each kind of system: the new one alone, names as before, for good; and back again, exactly."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from registry_stack.common.errors import MachineError
from registry_stack.guest import address_changes, addresses
from registry_stack.guest.addresses import GUESTS, StaticAddress
from registry_stack.machines.change_address import change_address, guest_of, leave_address
from registry_stack.machines.move import apply_address
from tasks.lab.vms.machine import INTERFACE, VirtualMachine
from tasks.lab.vms.network import GATEWAY, PROBE, SUBNET, address_of
from tests.vms.conftest import Boot
from tests.vms.networks import NETWORKS

SECONDS = 300
KINDS = {"networkd": "networkd", "netplan": "networkd", "networkmanager": "networkmanager", "ifupdown": "ifupdown"}
PLACES = "/etc/netplan /etc/network /etc/systemd/network /etc/NetworkManager/system-connections"


@pytest.fixture(scope="module", params=list(NETWORKS))
def machine(boot: Boot, request: pytest.FixtureRequest) -> Iterator[VirtualMachine]:
    booted = boot(request.param, 20 + list(NETWORKS).index(request.param), NETWORKS[request.param])
    yield booted
    booted.cut_power()


@pytest.fixture(scope="module")
def untouched(machine: VirtualMachine) -> str:
    return files(machine)


@pytest.fixture(scope="module")
def target(machine: VirtualMachine) -> StaticAddress:
    return StaticAddress(SUBNET[100 + machine.number], SUBNET, GATEWAY, INTERFACE)


def files(machine: VirtualMachine) -> str:
    """What is on the machine of its network: each file's mode, owner and content."""
    script = f"""for place in {PLACES}; do
        [ ! -d $place ] || find $place -exec stat -c '%n %a %U' {{}} + -type f -exec sha256sum {{}} +
    done | sort"""
    return machine.run_as_root(script)


def addresses_of(machine: VirtualMachine) -> list[str]:
    return machine.run(f"ip -4 -o address show dev {INTERFACE} | sed 's/.* inet \\([^ ]*\\).*/\\1/'").split()


def resolves(machine: VirtualMachine) -> bool:
    return machine.run(f"getent hosts {PROBE} || true").split()[:1] == [str(GATEWAY)]


def is_at(machine: VirtualMachine, address: str) -> bool:
    """Whether it has that address alone, the route, and the name servers that it had."""
    routes = machine.run("ip -4 route show default").splitlines()
    return (
        addresses_of(machine) == [f"{address}/24"]
        and [each.split()[2] for each in routes] == [str(GATEWAY)]
        and resolves(machine)
    )


def test_its_kind_is_recognised_by_a_user_without_sbin_in_path(machine: VirtualMachine) -> None:
    assert "sbin" not in machine.run("sed -z -n 's/^PATH=//p' /proc/$PPID/environ")
    assert guest_of(machine.login, INTERFACE) is GUESTS[KINDS[machine.name.split("-")[0]]]


def test_one_that_nobody_comes_to_is_back_again(
    machine: VirtualMachine, target: StaticAddress, untouched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_changes, "_SECONDS_TO_CONFIRM", 3)
    nowhere = replace(target, address=IPv4Address("10.255.0.9"))
    there = machine.login_at(str(nowhere.address))
    with pytest.raises(
        MachineError, match=r"has gone back to that address, as the change to 10.255.0.9 was unconfirmed"
    ):
        apply_address(machine.login, there, nowhere, SECONDS)
    assert files(machine) == untouched
    assert is_at(machine, machine.address)


def test_one_whose_tools_refuse_says_so_and_is_back_again(
    machine: VirtualMachine, target: StaticAddress, untouched: str
) -> None:
    guest = guest_of(machine.login, INTERFACE)
    assert guest is not None
    refusing = replace(guest, apply=f'if [ -n "$({guest.read})" ]; then echo no way; false; else {guest.apply}; fi')
    there = machine.login_at(str(target.address))
    with pytest.raises(MachineError, match=r"was refused:\s+no way"):
        change_address(machine.login, there, refusing, INTERFACE, guest.document(target), SECONDS)
    assert files(machine) == untouched
    assert is_at(machine, machine.address)


def test_it_has_the_new_address_alone_and_its_name_servers(machine: VirtualMachine, target: StaticAddress) -> None:
    apply_address(machine.login, machine.login_at(str(target.address)), target, SECONDS)
    machine.address = str(target.address)
    assert is_at(machine, machine.address)


def test_it_keeps_both_over_a_reboot(machine: VirtualMachine, target: StaticAddress) -> None:
    machine.reboot()
    assert is_at(machine, machine.address)
    guest = guest_of(machine.login, INTERFACE)
    assert guest is not None
    read = addresses.on_interface(INTERFACE, guest.read)
    assert guest.is_installed(machine.run_as_root(read), target)


def test_it_goes_back_exactly(machine: VirtualMachine, untouched: str) -> None:
    first = str(address_of(machine.number))
    leave_address(machine.login, first, INTERFACE)
    machine.address = first
    machine.wait()
    assert files(machine) == untouched
    assert is_at(machine, first)
