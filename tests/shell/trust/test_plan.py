"""A client's trust, on every system: what is done, that nothing is done twice, and that all of it can be undone."""

from pathlib import Path, PurePosixPath

import pytest

from registry_stack.guest.engines import ENGINES
from registry_stack.guest.systems import SYSTEMS, System
from registry_stack.trust.plan import Previous, plan
from tests.shell.guest_client import (
    ADDRESS,
    FOREIGN,
    HOSTS,
    NEW,
    NOTHING,
    OLD,
    REFERENCE,
    make_client,
    make_trusting_client,
    wanted,
)
from tests.shell.guest_shell import SHELLS

LINE = f"{ADDRESS} registry0.localdomain registry0 # registry-stack"
CERTS_D = f"/etc/docker/certs.d/{REFERENCE}"

every_system = pytest.mark.parametrize("system", [*SYSTEMS.values(), None], ids=[*SYSTEMS, "unknown"])
known_system = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
every_shell = pytest.mark.parametrize("shell", SHELLS)


def anchor(system: System, authority: str = "old") -> str:
    return f"{system.folder}/{REFERENCE}-{authority}{system.suffix}"


@every_shell
@known_system
def test_trust_of_the_whole_system(system: System, shell: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, system, shell)
    client.become(wanted({"old": OLD}))
    tree = client.tree()
    assert tree[anchor(system)] == tree[f"{CERTS_D}/old.crt"] == OLD
    assert tree["/etc/hosts"] == f"{HOSTS}{LINE}\n"
    assert OLD in client.bundle.read_text()
    assert len(client.rebuilt) == 1
    assert not [path for path in tree if path.endswith(".new")]


@every_shell
@every_system
def test_trust_of_the_engine_alone(system: System | None, shell: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, system, shell)
    before = client.tree()
    client.become(wanted({"old": OLD}, whole=False))
    tree = client.tree()
    assert tree[f"{CERTS_D}/old.crt"] == OLD
    assert client.rebuilt == []
    forgets = system is not None and system.forgets
    kept = (
        {f"/var/lib/boot2docker/certs.d/{REFERENCE}/old.crt", "/var/lib/boot2docker/bootsync.sh"} if forgets else set()
    )
    assert {path for path, content in tree.items() if content != before.get(path) and content != "/"} == {
        "/etc/hosts",
        f"{CERTS_D}/old.crt",
        *kept,
    }


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("engine", ENGINES)
@known_system
def test_nothing_to_do_no_command_and_removal_leaves_what_was_there(
    system: System, engine: str, whole: bool, tmp_path: Path
) -> None:
    client, target = make_client(tmp_path, system), wanted({"old": OLD, "new": NEW}, whole=whole, engine=engine)
    before = client.tree()
    assert client.become(target)
    tree, rebuilt = client.tree(), client.rebuilt
    assert client.become(target) == []
    assert (client.tree(), client.rebuilt) == (tree, rebuilt)
    client.become(NOTHING)
    assert client.tree() == before
    assert client.plan(NOTHING) == []


@every_system
def test_nothing_wanted_and_nothing_there_no_command(system: System | None, tmp_path: Path) -> None:
    client = make_client(tmp_path, system)
    assert client.plan(NOTHING) == []


@every_shell
@known_system
def test_removal_from_the_trust_store(system: System, shell: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, system, shell)
    client.become(wanted({"old": OLD}))
    client.become(NOTHING)
    assert OLD not in client.bundle.read_text()
    assert client.rebuilt[1:] == (["--fresh"] if system.name == "debian" else client.rebuilt[:1])


@known_system
def test_files_of_others_are_never_touched(system: System, tmp_path: Path) -> None:
    client = make_client(tmp_path, system)
    theirs = {f"{CERTS_D}/ca.crt": FOREIGN, f"{CERTS_D}/client.key": "key", f"{system.folder}/other": FOREIGN}
    for path, content in theirs.items():
        client.guest.path(path).parent.mkdir(parents=True, exist_ok=True)
        client.guest.path(path).write_text(content)
    for target in (wanted({"old": OLD}), wanted({"new": NEW}), NOTHING):
        client.become(target)
        tree = client.tree()
        assert {path: tree[path] for path in theirs} == theirs


@known_system
def test_a_rotation_adds_then_drops_and_touches_nothing_else(system: System, tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, system)
    because = client.become(wanted({"old": OLD, "new": NEW}))
    tree = client.tree()
    assert [tree[f"{CERTS_D}/{name}.crt"] for name in ("old", "new")] == [OLD, NEW]
    assert all(text in client.bundle.read_text() for text in (OLD, NEW))
    assert not any("/etc/hosts" in each for each in because)
    assert client.become(wanted({"new": NEW, "old": OLD})) == [], "which one signs is no matter of trust"
    client.become(wanted({"new": NEW}))
    tree = client.tree()
    assert f"{CERTS_D}/old.crt" not in tree
    assert anchor(system) not in tree
    assert OLD not in client.bundle.read_text()
    assert NEW in client.bundle.read_text()


@every_system
def test_an_authority_that_becomes_another_under_its_name(system: System | None, tmp_path: Path) -> None:
    client = make_client(tmp_path, system)
    client.become(wanted({"authority": OLD}, whole=system is not None))
    client.become(wanted({"authority": NEW}, whole=system is not None))
    tree = client.tree()
    assert tree[f"{CERTS_D}/authority.crt"] == NEW
    assert OLD not in tree.values()
    if system:
        assert NEW in client.bundle.read_text()
        assert OLD not in client.bundle.read_text()


@pytest.mark.parametrize("content", [None, FOREIGN], ids=["deleted", "altered"])
@known_system
def test_whatever_is_deleted_or_altered_is_seen_and_mended(system: System, content: str | None, tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, system)
    target = wanted({"old": OLD})
    tree, files = client.tree(), [str(path) for path in client.previous.files]
    for path in files:
        here = client.guest.path(path)
        here.unlink() if content is None else here.write_text(content)
    client.guest.hosts.write_text(HOSTS)
    because = client.become(target)
    assert [each for each in (*files, "/etc/hosts") if not any(line.startswith(each) for line in because)] == []
    assert client.tree() == tree
    assert client.plan(target) == []


@known_system
def test_a_trust_store_that_was_rebuilt_without_it_is_seen_and_mended(system: System, tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, system)
    client.bundle.write_text(FOREIGN)
    client.previous = Previous()
    assert client.become(wanted({"old": OLD})) == [f"the trust store {system.bundle} is not up to date"]
    assert OLD in client.bundle.read_text()


@known_system
def test_a_removal_that_was_cut_short_before_the_store_was_rebuilt(system: System, tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, system)
    client.guest.path(anchor(system)).unlink()
    client.become(NOTHING)
    assert OLD not in client.bundle.read_text()


@known_system
def test_without_a_store_as_one_file_nothing_is_said_of_it(system: System, tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, system)
    client.bundle.unlink()
    assert client.plan(wanted({"old": OLD})) == []


@known_system
def test_from_one_scope_to_the_other_and_back(system: System, tmp_path: Path) -> None:
    client = make_client(tmp_path, system)
    engine, whole = wanted({"old": OLD}, whole=False), wanted({"old": OLD})
    client.become(engine)
    alone = client.tree()
    client.become(whole)
    assert OLD in client.bundle.read_text()
    client.become(engine)
    assert OLD not in client.bundle.read_text()
    back = client.tree()
    assert {**back, str(system.bundle): ""} == {**alone, str(system.bundle): ""}


def test_an_unknown_system_is_looked_at_as_any(tmp_path: Path) -> None:
    client = make_trusting_client(tmp_path, SYSTEMS["rhel"])
    facts = client.inspect(wanted({"old": OLD}), known=False)
    assert "ID=rhel" in facts.os_release
    assert plan(facts, wanted({"old": OLD}), SYSTEMS["rhel"], client.previous) == []


def test_without_the_tool_nothing_is_written(tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["rhel"])
    (tmp_path / "bin" / "update-ca-trust").unlink()
    tree = client.tree()
    with pytest.raises(Exception, match="non-zero") as raised:
        client.become(wanted({"old": OLD}))
    assert b"update-ca-trust is missing: install the package ca-certificates" in getattr(raised.value, "stderr", b"")
    assert client.tree() == tree


def test_folders_that_others_use_stay(tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["debian"])
    client.guest.path("/etc/docker/certs.d").mkdir(parents=True)
    client.become(wanted({"old": OLD}))
    assert client.previous.folders == (PurePosixPath(CERTS_D),)
    client.become(NOTHING)
    assert client.tree()["/etc/docker/certs.d"] == "/"
    assert CERTS_D not in client.tree()
