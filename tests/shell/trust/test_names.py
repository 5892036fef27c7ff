"""The registry's names on a client, in the hosts file for now and in a Boot2Docker's bootsync.sh for good."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry_stack.guest.systems import SYSTEMS
from registry_stack.trust.facts import Facts
from registry_stack.trust.plan import conflicts
from tests.shell.guest_client import ADDRESS, HOSTS, NEW, NOTHING, OLD, REFERENCE, make_client, wanted
from tests.shell.guest_shell import SHELLS

LINE = f"{ADDRESS} registry0.localdomain registry0 # registry-stack"
BLOCK = f"# >>> trust in {REFERENCE}\n"

every_shell = pytest.mark.parametrize("shell", SHELLS)


def test_a_block_of_bootsync_that_is_lost_is_seen_and_mended(tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["boot2docker"])
    client.become(wanted({"old": OLD}))
    client.guest.bootsync.write_text("#!/bin/sh\nmodprobe zfs\n")
    assert client.become(wanted({"old": OLD})) == [
        "/var/lib/boot2docker/bootsync.sh does not restore the trust at boot"
    ]
    assert BLOCK in client.guest.bootsync.read_text()
    client.become(NOTHING)
    assert client.guest.bootsync.read_text() == "#!/bin/sh\nmodprobe zfs\n"


@pytest.mark.parametrize("engine", ["docker", "containerd"])
@every_shell
def test_a_boot_of_a_boot2docker_puts_back_what_it_forgot(engine: str, shell: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["boot2docker"], shell)
    target = wanted({"old": OLD, "new": NEW}, whole=False, engine=engine)
    client.become(target)
    tree = client.tree()
    for _ in range(2):
        client.guest.hosts.write_text(HOSTS)
        for path in client.guest.path(f"{target.engine.folder}/{REFERENCE}").iterdir():
            path.unlink()
        client.guest.run(str(client.guest.bootsync))
        assert client.tree() == tree
        assert client.plan(target) == []
    client.guest.run(str(client.guest.bootsync))
    assert client.tree() == tree, "a second run is no second line"


HOSTS_FILES = [
    ("", LINE),
    ("127.0.0.1 localhost", f"127.0.0.1 localhost\n{LINE}"),
    ("127.0.0.1 localhost\n", f"127.0.0.1 localhost\n{LINE}"),
    (f"{LINE}\n127.0.0.1 localhost\n", f"{LINE}\n127.0.0.1 localhost"),
    (f"{LINE}\n{LINE}\n", LINE),
    ("10.0.0.9 registry0.localdomain registry0 # registry-stack\n::1 localhost\n", f"::1 localhost\n{LINE}"),
    (
        f"{ADDRESS} registry0\n{ADDRESS} registry0.localdomain\n",
        f"{ADDRESS} registry0\n{ADDRESS} registry0.localdomain\n{LINE}",
    ),
    ("10.0.0.1 registry0xlocaldomain registry0 # registry-stack\n", None),
    ("10.0.0.1 registry1.localdomain registry1 # registry-stack\n", None),
]


@every_shell
@pytest.mark.parametrize(("content", "after"), HOSTS_FILES)
def test_the_hosts_file(content: str, after: str | None, shell: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, None, shell)
    client.guest.hosts.write_text(content)
    client.become(wanted({"old": OLD}, whole=False))
    assert client.guest.hosts.read_text() == f"{content + LINE if after is None else after}\n"
    assert not client.guest.path("/etc/hosts.new").exists()


def test_a_registry_with_other_names_takes_its_old_ones_along(tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["boot2docker"])
    client.become(wanted({"old": OLD}))
    client.become(replace(wanted({"old": OLD}), reference="r1.lan:5000", names=("r1.lan", "r1")))
    assert client.guest.hosts.read_text() == f"{HOSTS}{ADDRESS} r1.lan r1 # registry-stack\n"
    tree = client.tree()
    assert not [path for path in tree if REFERENCE in path]
    assert "/etc/docker/certs.d/r1.lan:5000/old.crt" in tree
    assert "/var/lib/boot2docker/certs/r1.lan-5000-old.pem" in tree
    assert BLOCK not in client.guest.bootsync.read_text()
    client.become(NOTHING)
    assert client.guest.hosts.read_text() == HOSTS
    assert not client.guest.bootsync.exists()


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ("10.0.0.9 registry0\n", ["10.0.0.9 registry0"]),
        ("10.0.0.9\tother registry0.localdomain # mine\n", ["10.0.0.9\tother registry0.localdomain # mine"]),
        (f"{ADDRESS} registry0\n", []),
        ("# 10.0.0.9 registry0\n", []),
        ("10.0.0.9 registry01 my-registry0\n", []),
        ("fd00::9 registry0\n", []),
        ("10.0.0.9 registry0.localdomain registry0 # registry-stack\n", []),
        ("\n\n", []),
    ],
)
def test_names_that_lead_elsewhere(hosts: str, found: list[str]) -> None:
    assert conflicts(Facts(hosts=hosts), wanted({"old": OLD})) == found
