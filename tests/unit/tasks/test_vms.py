"""Virtual machines: what is installed for them, where their disks are, and what they are told at their first boot."""

import os
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from registry_stack.common.errors import StackError
from tasks.lab.vms import disks
from tasks.lab.vms.network import SUBNET, address_of, mac_of
from tests.vms.networks import NETWORKS


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The programs of a Debian whose user is root."""
    programs = {"apt-get", *disks._PROGRAMS}
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name, **_: name if name in programs else None)
    return programs


def installed() -> list[Sequence[str]]:
    """What is run to have all programs."""
    ran: list[Sequence[str]] = []

    def run(command: Sequence[str], **_: Any) -> str:
        ran.append(command)
        return ""

    disks.ensure_programs(run)
    return ran


@pytest.mark.usefixtures("system")
def test_nothing_is_installed_where_everything_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert installed() == []
    assert capsys.readouterr().out == ""


def test_what_is_missing_is_announced_and_installed(system: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    system -= {"qemu-img", "dnsmasq"}
    update, install = installed()
    assert list(update) == ["apt-get", "update", "-qq"]
    assert list(install)[-2:] == ["dnsmasq-base", "qemu-utils"]
    assert capsys.readouterr().out == "virtual machines: installing Debian's packages dnsmasq-base, qemu-utils\n"


def test_without_debian_what_is_missing_is_named(system: set[str]) -> None:
    system -= {"apt-get", "mmdebstrap"}
    with pytest.raises(StackError, match="need what Debian has in the packages mmdebstrap"):
        installed()


@pytest.mark.parametrize(("name", "user"), [("Darwin", 0), ("Windows", 0), ("Linux", 1000)])
@pytest.mark.usefixtures("system")
def test_who_can_not_have_them(name: str, user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: name)
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    with pytest.raises(StackError, match="need root on Linux"):
        installed()


def test_other_inputs_make_other_disks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = disks.disks_here().folder
    script = tmp_path / "build.sh"
    script.write_text("another")
    monkeypatch.setattr(disks, "_INPUTS", (script,))
    monkeypatch.setattr(disks, "_HERE", tmp_path)
    assert disks.disks_here().folder != before
    assert disks.disks_here().folder.parent == before.parent


def test_every_system_has_a_network_with_each_first_address() -> None:
    assert {network.system for network in NETWORKS.values()} == {*disks.SYSTEMS}
    assert {*NETWORKS} == {f"{system}-{first}" for system in disks.SYSTEMS for first in ("dhcp", "static")}


def test_machines_have_addresses_of_their_own() -> None:
    assert (mac_of(40), str(address_of(40))) == ("52:54:00:e7:00:28", "192.168.231.40")
    assert address_of(49) in SUBNET
