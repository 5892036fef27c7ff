"""The files of ifupdown, edited by a real shell: our stanza alone is used, and everything comes back as it was."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from subprocess import CalledProcessError

import pytest

from registry_stack.guest.addresses import GUESTS, StaticAddress
from tests.shell.guest_shell import Guest

TARGET = StaticAddress(IPv4Address("10.1.2.3"), IPv4Network("10.1.0.0/20"), IPv4Address("10.1.0.1"), "ens3")
IFUPDOWN = GUESTS["ifupdown"]
LOOPBACK = "auto lo\niface lo inet loopback\n"
DEBIAN = f"# see interfaces(5)\nsource /etc/network/interfaces.d/*\n\n# The loopback\n{LOOPBACK}"

FILES = {
    "debian": {"interfaces": f"{DEBIAN}\n# The primary one\nallow-hotplug ens3\niface ens3 inet dhcp\n"},
    "static": {
        "interfaces": f"{DEBIAN}\nauto ens3\niface ens3 inet static\n\taddress 10.1.0.50/20\n\tgateway 10.1.0.1\n"
        "\t# by hand\n\n\tup ip route add 10.9.0.0/16 via 10.1.0.2\n"
    },
    "another-file": {
        "interfaces": DEBIAN,
        "interfaces.d/50-cloud-init": "auto lo\niface lo inet loopback\n    dns-nameservers 10.1.0.1\n\nauto ens3\n"
        "iface ens3 inet dhcp\n    metric 100\n",
    },
    "a-folder": {
        "interfaces": f"source-directory interfaces.d\n{LOOPBACK}",
        "interfaces.d/wired": "iface ens3 inet manual\n    up true\n",
    },
    "six": {
        "interfaces": f"{LOOPBACK}iface ens3 inet6 auto\niface ens3 inet dhcp\niface ens4 inet dhcp\n  hostname x\n"
    },
    "two": {
        "interfaces": f"{LOOPBACK}iface ens3 inet dhcp\niface ens3 inet static\n  address 10.1.0.9/20\nauto ens3\n"
    },
    "no-end": {"interfaces": f"{LOOPBACK}iface ens3 inet dhcp"},
    "none": {"interfaces": LOOPBACK},
}


def have(guest: Guest, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = guest.path(f"/etc/network/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(guest.here(text))
        path.chmod(0o640)


def all_files(guest: Guest) -> dict[str, tuple[str, int]]:
    folder = guest.path("/etc/network")
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_text(), path.stat().st_mode) for path in paths}


def live(guest: Guest) -> list[str]:
    """The stanzas of IPv4 for the interface that ifupdown would use."""
    texts = [text for text, _ in all_files(guest).values()]
    return [line for text in texts for line in text.splitlines() if line.startswith("iface ens3 inet ")]


def install(guest: Guest, target: StaticAddress = TARGET) -> None:
    guest.run_as_root(IFUPDOWN.install, IFUPDOWN.document(target))


def installed(guest: Guest) -> str:
    return guest.run_as_root(IFUPDOWN.read)


@pytest.mark.parametrize("files", FILES.values(), ids=FILES.keys())
def test_our_stanza_is_the_only_one(guest: Guest, files: dict[str, str]) -> None:
    have(guest, files)
    install(guest)
    assert live(guest) == ["iface ens3 inet static"]
    assert installed(guest) == IFUPDOWN.document(TARGET)
    assert "    up ip route" not in all_files(guest)["interfaces"][0]


@pytest.mark.parametrize("files", FILES.values(), ids=FILES.keys())
def test_everything_comes_back(guest: Guest, files: dict[str, str]) -> None:
    have(guest, files)
    before = all_files(guest)
    install(guest)
    once = all_files(guest)
    install(guest)
    assert all_files(guest) == once, "to repeat it changes nothing"
    install(guest, replace(TARGET, address=IPv4Address("10.1.2.4"), name_servers=(IPv4Address("9.9.9.9"),)))
    assert len(live(guest)) == 1
    guest.run_as_root(IFUPDOWN.remove)
    after = all_files(guest)
    assert {name: (text.rstrip("\n"), mode) for name, (text, mode) in after.items()} == {
        name: (text.rstrip("\n"), mode) for name, (text, mode) in before.items()
    }
    assert installed(guest) == ""


def test_a_stanza_that_somebody_has_added_since_is_drift(guest: Guest) -> None:
    have(guest, FILES["another-file"])
    install(guest)
    have(guest, {"interfaces.d/50-cloud-init": FILES["another-file"]["interfaces.d/50-cloud-init"]})
    assert installed(guest) == ""
    install(guest)
    assert installed(guest) == IFUPDOWN.document(TARGET)


def test_other_interfaces_are_let_be(guest: Guest) -> None:
    have(guest, FILES["six"])
    install(guest)
    text = all_files(guest)["interfaces"][0]
    for line in ("iface ens3 inet6 auto", "iface ens4 inet dhcp", "  hostname x", "iface lo inet loopback"):
        assert line in text.splitlines()


def test_without_a_document_nothing_changes(guest: Guest) -> None:
    have(guest, FILES["debian"])
    before = all_files(guest)
    with pytest.raises(CalledProcessError):
        guest.run_as_root(IFUPDOWN.install, "")
    assert all_files(guest) == before
