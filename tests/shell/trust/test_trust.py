"""The Trust resource against a client on loopback: made, seen to drift, mended, rotated, taken away."""

from pathlib import Path
from typing import Any

import pytest

from providers.trust import TrustProvider
from registry_stack.common.errors import StackError
from registry_stack.guest.scripts import NO_ROOT
from registry_stack.guest.systems import SYSTEMS
from tests.fakes.ssh_server import Reply
from tests.shell.guest_client import FOREIGN, HOSTS, NEW, OLD, REFERENCE
from tests.shell.trust_client import LoopbackClient, make_loopback_client

COPY = f"/etc/docker/certs.d/{REFERENCE}/old.crt"
PROVIDER = TrustProvider()


@pytest.fixture
def debian(tmp_path: Path) -> LoopbackClient:
    return make_loopback_client(tmp_path, SYSTEMS["debian"])


def made(client: LoopbackClient, **changes: object) -> dict[str, Any]:
    outs = PROVIDER.create(client.props(**changes)).outs
    assert outs is not None
    return outs


def test_creation_tells_what_is_there(debian: LoopbackClient) -> None:
    with debian.running():
        outs = made(debian)
    assert outs == {
        **debian.props(),
        "system": "debian",
        "files": {COPY: outs["files"][COPY]},
        "folders": ["/etc/docker", "/etc/docker/certs.d", f"/etc/docker/certs.d/{REFERENCE}"],
        "drift": [],
    }
    assert debian.client.tree()[COPY] == OLD
    assert not PROVIDER.diff("client1", outs, debian.props()).changes


def test_one_connection_a_look_and_a_script(debian: LoopbackClient) -> None:
    with debian.running():
        made(debian)
        assert (len(debian.server.tried), len(debian.scripts)) == (1, 2)
        made(debian)
        assert (len(debian.server.tried), len(debian.scripts)) == (2, 3), "there was nothing to be done"


def test_no_certificate_in_a_command_line(debian: LoopbackClient) -> None:
    with debian.running():
        made(debian, scope="system")
    assert debian.server.lines
    assert not [line for line in debian.server.lines if "CERTIFICATE" in line]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_restart_at_creation_alone_and_containers_run_again(system: str, tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, SYSTEMS[system])
    restarts = ("service docker restart", "rc-service docker restart", "systemctl restart docker")
    with client.running():
        outs = made(client, scope="system")
        restarted = [call for call in client.calls if call in restarts]
        assert (client.boots, len(restarted)) == ((2, 0) if system == "boot2docker" else (1, 1))
        assert client.calls[-1] == "docker start c0ffee0c0ffe"
        updated = PROVIDER.update("client1", outs, client.props(scope="system", anchors={"old": OLD, "new": NEW})).outs
        assert updated is not None
        PROVIDER.delete("client1", updated)
    assert [call for call in client.calls if call in restarts] == restarted
    assert client.boots == (2 if system == "boot2docker" else 1)


def test_another_machine_of_the_name_is_made_to_trust_from_the_beginning(debian: LoopbackClient) -> None:
    with debian.running():
        lost = {**debian.props(scope="system"), "system": "alpine", "files": {"/old.crt": ""}, "folders": ["/old"]}
        lost["drift"] = []
        news = debian.props(scope="system", serial="2")
        diff = PROVIDER.diff("client1", lost, news)
        assert (diff.changes, diff.replaces) == (True, [])
        outs = PROVIDER.update("client1", lost, news).outs
        assert outs is not None
    assert {key: outs[key] for key in news} == news
    assert outs["system"] == "debian"
    assert debian.client.tree()[COPY] == OLD
    assert not {"/old.crt", "/old"} & {*outs["files"], *outs["folders"]}
    assert "service docker restart" in debian.calls


def test_systemd_restarts_where_it_runs(debian: LoopbackClient) -> None:
    debian.client.guest.path("/run/systemd/system").mkdir(parents=True)
    with debian.running():
        made(debian, scope="system")
    assert "systemctl restart docker" in debian.calls
    assert "service docker restart" not in debian.calls


@pytest.mark.parametrize("changes", [{"scope": "engine"}, {"scope": "system", "engine": "podman"}], ids=str)
def test_no_restart_where_none_is_needed(changes: dict[str, Any], debian: LoopbackClient) -> None:
    with debian.running():
        made(debian, **changes)
    assert debian.calls == []


def test_an_engine_that_does_not_come_back(debian: LoopbackClient) -> None:
    (debian.root / "bin" / "docker").write_text('#!/bin/sh\n[ "$1" = ps ]\n')
    said = pytest.raises(StackError, match="docker has not answered for 1 s after its restart")
    with debian.running(), said:
        made(debian, scope="system", deadline=1.0)


@pytest.mark.parametrize("content", [None, FOREIGN], ids=["deleted", "altered"])
def test_drift_is_seen_and_mended(content: str | None, debian: LoopbackClient) -> None:
    path = debian.client.guest.path(COPY)
    with debian.running():
        outs = made(debian)
        assert PROVIDER.read("client1", outs).outs == outs
        path.unlink() if content is None else path.write_text(content)
        debian.client.guest.hosts.write_text(HOSTS)
        found = PROVIDER.read("client1", outs).outs
        assert found is not None
        assert found["drift"] == [
            f"{COPY} is {'missing' if content is None else 'altered'}",
            "/etc/hosts does not have the registry's names as it should",
        ]
        assert PROVIDER.diff("client1", found, debian.props()).changes
        mended = PROVIDER.update("client1", found, debian.props()).outs
        assert mended == outs
    assert path.read_text() == OLD


def test_the_copy_of_the_engine_follows_a_changed_authority(tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, SYSTEMS["boot2docker"])
    with client.running():
        outs = made(client, anchors={"authority": OLD})
        news = client.props(anchors={"authority": NEW})
        assert PROVIDER.diff("client1", outs, news).changes
        PROVIDER.update("client1", outs, news)
    tree = client.client.tree()
    assert tree[f"/etc/docker/certs.d/{REFERENCE}/authority.crt"] == NEW
    assert tree[f"/var/lib/boot2docker/certs.d/{REFERENCE}/authority.crt"] == NEW


@pytest.mark.parametrize("scope", ["engine", "system"])
@pytest.mark.parametrize("system", ["boot2docker", "debian"])
def test_deletion_leaves_what_was_there_before(system: str, scope: str, tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, SYSTEMS[system])
    before = client.client.tree()
    with client.running():
        PROVIDER.delete("client1", made(client, scope=scope))
    assert client.client.tree() == before


def test_an_unknown_system_with_scope_engine_works(tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, None)
    client.client.guest.path("/etc/os-release").write_text("ID=void\n")
    with client.running():
        outs = made(client)
        assert outs["system"] == ""
        assert PROVIDER.read("client1", outs).outs == outs
        PROVIDER.delete("client1", outs)
    assert not client.client.guest.path(COPY).exists()


def test_an_unknown_system_with_scope_system_is_an_error(tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, None)
    client.client.guest.path("/etc/os-release").write_text('ID=void\nPRETTY_NAME="Void Linux"\n')
    tree = client.client.tree()
    with client.running(), pytest.raises(StackError) as raised:
        made(client, scope="system")
    assert str(raised.value) == (
        "client1: its system is not supported: `trust: system` needs one of boot2docker, coreos, debian, rhel, "
        "alpine, suse. Set the client's `os` to the one that it resembles, or use `trust: engine`, which works on any. "
        'Its os-release says: ID=void PRETTY_NAME="Void Linux"'
    )
    assert client.client.tree() == tree


def test_a_system_that_is_named_is_believed(tmp_path: Path) -> None:
    client = make_loopback_client(tmp_path, SYSTEMS["rhel"])
    client.client.guest.path("/etc/os-release").write_text("ID=void\n")
    with client.running():
        assert made(client, scope="system", os="rhel")["system"] == "rhel"
    assert OLD in client.client.bundle.read_text()


def test_a_name_that_leads_elsewhere_is_an_error(debian: LoopbackClient) -> None:
    debian.client.guest.hosts.write_text("10.0.0.9 registry0 other\n")
    said = "client1: its /etc/hosts maps a registry name to another address; remove the line '10.0.0.9 registry0 other'"
    with debian.running(), pytest.raises(StackError, match=said):
        made(debian)
    assert not debian.client.guest.path(COPY).exists()


def test_a_hosts_toml_of_somebody_elses_is_an_error(debian: LoopbackClient) -> None:
    path = debian.client.guest.path(f"/etc/containerd/certs.d/{REFERENCE}/hosts.toml")
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with (
        debian.running(),
        pytest.raises(StackError, match=r"already has .*hosts\.toml, which this program"),
    ):
        made(debian, engine="containerd")
    assert path.read_text() == "mine"


def test_who_cannot_become_root(debian: LoopbackClient) -> None:
    debian.server.answer = lambda _script, _data: Reply(f"{NO_ROOT}\n", code=97, raw=True)
    with debian.running(), pytest.raises(StackError, match=r"client1: docker@.* can't become root: neither sudo nor"):
        made(debian)


def test_who_does_not_answer_in_a_refresh_is_not_said_to_drift(debian: LoopbackClient) -> None:
    with debian.running():
        outs = made(debian)
    assert PROVIDER.read("client1", outs).outs == outs
    drifted = {**outs, "drift": [f"{COPY} is missing"]}
    assert PROVIDER.read("client1", drifted).outs == drifted


def test_who_does_not_answer_keeps_its_trust(debian: LoopbackClient) -> None:
    with debian.running():
        outs = made(debian)
    with pytest.raises(StackError) as raised:
        PROVIDER.delete("client1", outs)
    assert str(raised.value).startswith("client1: docker@127.0.0.1:")
    assert "`pulumi state delete` with this resource's URN forgets it" in str(raised.value)
