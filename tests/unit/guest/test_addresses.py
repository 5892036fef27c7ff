"""A static address on every kind of guest: which kind it is, and documents that the systems' own parsers read."""

import configparser
import subprocess
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
import yaml

from registry_stack.guest.addresses import GUESTS, StaticAddress, which_guest, write_bootsync

WANTED = StaticAddress(IPv4Address("10.1.2.3"), IPv4Network("10.1.0.0/20"), IPv4Address("10.1.0.1"), "ens3")


def ini(kind: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as the standard library documents it
    parser.read_string(GUESTS[kind].document(WANTED))
    return parser


def test_netplan() -> None:
    document = yaml.safe_load(GUESTS["netplan"].document(WANTED))
    interface = {
        "dhcp4": False,
        "addresses": ["10.1.2.3/20"],
        "routes": [{"to": "default", "via": "10.1.0.1"}],
    }
    assert document == {"network": {"version": 2, "ethernets": {"ens3": interface}}}


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


@pytest.mark.parametrize("kind", GUESTS)
def test_scripts_are_shell(kind: str) -> None:
    for script in (GUESTS[kind].install, GUESTS[kind].keeps, GUESTS[kind].apply, which_guest(), write_bootsync()):
        subprocess.run(["/bin/sh", "-nc", script], check=True)


@pytest.mark.parametrize(
    ("tools", "active", "kind"),
    [
        ((), (), ""),
        (("netplan",), (), "netplan"),
        (("systemctl",), ("NetworkManager",), "networkmanager"),
        (("systemctl",), ("systemd-networkd",), "networkd"),
        (("systemctl",), (), ""),
        (("systemctl",), ("NetworkManager", "systemd-networkd"), "networkmanager"),
        (("netplan", "systemctl"), ("systemd-networkd",), "netplan"),
    ],
)
def test_which_guest(tools: tuple[str, ...], active: tuple[str, ...], kind: str, tmp_path: Path) -> None:
    cases = "|".join(active) or "-"
    for tool in tools:
        path = tmp_path / tool
        path.write_text(f'#!/bin/sh\ncase "$2" in {cases}) exit 0;; esac\nexit 3\n')
        path.chmod(0o755)
    (tmp_path / "grep").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "grep").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-ec", which_guest()], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert (done.stdout.strip(), done.stderr) == (kind, "")


def test_a_boot2docker_is_one_whatever_else_it_has(tmp_path: Path) -> None:
    for tool in ("grep", "netplan"):
        (tmp_path / tool).write_text("#!/bin/sh\nexit 0\n")
        (tmp_path / tool).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-ec", which_guest()], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "boot2docker"
