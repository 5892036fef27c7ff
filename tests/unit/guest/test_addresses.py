"""A static address on every kind of guest: which kind it is, and documents that the systems' own parsers read."""

import configparser
import subprocess
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from registry_stack.guest import address_changes, addresses
from registry_stack.guest.addresses import GUESTS, StaticAddress

WANTED = StaticAddress(IPv4Address("10.1.2.3"), IPv4Network("10.1.0.0/20"), IPv4Address("10.1.0.1"), "ens3")


def ini(kind: str, target: StaticAddress = WANTED) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as the standard library documents it
    parser.read_string(GUESTS[kind].document(target))
    return parser


def test_networkd() -> None:
    parser = ini("networkd")
    assert dict(parser["Match"]) == {"Name": "ens3"}
    assert dict(parser["Network"]) == {"DHCP": "no", "Address": "10.1.2.3/20", "Gateway": "10.1.0.1"}


def test_network_manager() -> None:
    parser = ini("networkmanager")
    assert parser["connection"]["interface-name"] == "ens3"
    assert parser["connection"]["type"] == "ethernet"
    assert dict(parser["ipv4"]) == {"method": "manual", "address1": "10.1.2.3/20,10.1.0.1"}


def test_boot2docker() -> None:
    lines = GUESTS["boot2docker"].document(WANTED).splitlines()
    assert "ifconfig ens3 10.1.2.3 netmask 255.255.240.0 broadcast 10.1.15.255 up" in lines
    assert [kind for kind, guest in GUESTS.items() if guest.reboots] == ["boot2docker"]


NAMED = replace(WANTED, name_servers=(IPv4Address("9.9.9.9"), IPv4Address("1.1.1.1")), domains=("corp.example",))


@pytest.mark.parametrize("kind", GUESTS)
def test_scripts_are_shell(kind: str) -> None:
    guest = GUESTS[kind]
    scripts = [guest.install, guest.read, guest.remove, guest.apply, guest.leave, guest.names]
    changes = [address_changes.change_address(guest, "ens3"), address_changes.leave_address(guest, "ens3")]
    for script in (*scripts, *changes, addresses.which_guest("ens3"), address_changes.read_ended()):
        subprocess.run(["/bin/sh", "-nc", script], check=True)


@pytest.mark.parametrize("kind", [kind for kind in GUESTS if kind != "boot2docker"])
def test_what_is_installed_is_known_whatever_its_name_servers(kind: str) -> None:
    guest = GUESTS[kind]
    assert guest.is_installed(guest.document(NAMED), WANTED)
    assert guest.is_installed(guest.document(WANTED), WANTED)
    assert not guest.is_installed(guest.document(replace(WANTED, address=IPv4Address("10.1.2.4"))), WANTED)
    assert not guest.is_installed("", WANTED)


@pytest.mark.parametrize("kind", GUESTS)
def test_other_name_servers_than_the_given_ones_are_not_kept(kind: str) -> None:
    guest = GUESTS[kind]
    other = replace(NAMED, name_servers=(IPv4Address("8.8.8.8"),))
    assert not guest.is_installed(guest.document(other), NAMED)


@pytest.mark.parametrize(
    ("printed", "servers", "domains"),
    [
        ("nameserver 10.1.0.1\nsearch lan\n", ["10.1.0.1"], ["lan"]),
        ("nameserver 10.1.0.1 10.1.0.2\n", ["10.1.0.1", "10.1.0.2"], []),
        ("nameserver 10.1.0.1:53%2#dns.example\n", ["10.1.0.1"], []),
        ("nameserver 127.0.0.53\nnameserver 0.0.0.0\n", [], []),
        ("nameserver fe80::1%ens3\nnameserver 10.1.0.1\nnameserver 10.1.0.1\n", ["10.1.0.1"], []),
        ("search lan corp.example\nsearch lan\n", [], ["lan", "corp.example"]),
        ("nameserver 10.1.0.1; reboot\nsearch $(reboot) -x ..\n", ["10.1.0.1"], []),
        ("# nameserver 9.9.9.9\nAccess denied\n", [], []),
        ("", [], []),
    ],
)
def test_names_as_systems_print_them(printed: str, servers: list[str], domains: list[str]) -> None:
    found = WANTED.with_names_found(printed)
    assert ([str(each) for each in found.name_servers], list(found.domains)) == (servers, domains)
    assert NAMED.with_names_found(printed) == NAMED, "those that are given stay"


def test_names_are_in_the_documents() -> None:
    assert dict(ini("networkd", NAMED)["Network"])["DNS"] == "9.9.9.9 1.1.1.1"
    assert dict(ini("networkd", NAMED)["Network"])["Domains"] == "corp.example"
    assert dict(ini("networkmanager", NAMED)["ipv4"])["dns"] == "9.9.9.9;1.1.1.1"
    assert dict(ini("networkmanager", NAMED)["ipv4"])["dns-search"] == "corp.example"
    assert "    dns-nameservers 9.9.9.9 1.1.1.1\n    dns-search corp.example\n" in GUESTS["ifupdown"].document(NAMED)


NM, NETWORKD, IFUPDOWN = "GENERAL.STATE:100 (connected)", "2 ens3 ether routable configured", ""
UNMANAGED = {"nmcli": "GENERAL.STATE:10 (unmanaged)", "networkctl": "  2 ens3 ether routable unmanaged"}


@pytest.mark.parametrize(
    ("tools", "kind"),
    [
        ({}, ""),
        ({"netplan": ""}, ""),
        ({"nmcli": NM}, "networkmanager"),
        ({"nmcli": "GENERAL.STATE:30 (disconnected)"}, "networkmanager"),
        ({"nmcli": UNMANAGED["nmcli"]}, ""),
        ({"nmcli": "GENERAL.STATE:20 (unavailable)"}, ""),
        ({"systemctl": "active", "networkctl": NETWORKD}, "networkd"),
        ({"systemctl": "active"}, "networkd"),
        ({"systemctl": "active", "networkctl": UNMANAGED["networkctl"]}, ""),
        ({"systemctl": "active", "networkctl": UNMANAGED["networkctl"].replace("ens3", "ens33")}, "networkd"),
        ({"nmcli": NM, "systemctl": "active", "networkctl": UNMANAGED["networkctl"]}, "networkmanager"),
        ({"nmcli": UNMANAGED["nmcli"], "systemctl": "active", "networkctl": NETWORKD}, "networkd"),
        ({"nmcli": NM, "netplan": ""}, "networkmanager"),
        ({"systemctl": "active", "networkctl": NETWORKD, "netplan": ""}, "networkd"),
    ],
)
def test_which_guest(tools: dict[str, str], kind: str, tmp_path: Path) -> None:
    assert guest_by(tools, tmp_path) == kind


def test_a_boot2docker_is_one_whatever_else_it_has(tmp_path: Path) -> None:
    assert guest_by({"grep": "", "nmcli": NM}, tmp_path) == "boot2docker"


def guest_by(tools: dict[str, str], folder: Path) -> str:
    """The kind that a guest with these tools is, by what each prints."""
    for tool, prints in tools.items():
        (folder / tool).write_text(f"#!/bin/sh\necho '{prints}'\n")
        (folder / tool).chmod(0o755)
    script = addresses.which_guest("ens3").replace("/etc/os-release", "/dev/null")
    done = subprocess.run(
        ["/bin/sh", "-ec", script], env={"PATH": f"{folder}:/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()
