"""Engines: where each finds a registry's authorities."""

from pathlib import Path

import pytest

from registry_stack.guest.systems import SYSTEMS
from tests.shell.guest_client import OLD, REFERENCE, make_client, wanted

CERTS_D = f"/etc/docker/certs.d/{REFERENCE}"


def test_from_one_engine_to_another(tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["debian"])
    client.become(wanted({"old": OLD}))
    client.become(wanted({"old": OLD}, engine="containerd"))
    tree = client.tree()
    assert CERTS_D not in tree
    assert tree[f"/etc/containerd/certs.d/{REFERENCE}/old.crt"] == OLD
    assert tree[f"/etc/containerd/certs.d/{REFERENCE}/hosts.toml"] == (
        "# registry-stack\n"
        f'server = "https://{REFERENCE}"\ncapabilities = ["pull", "resolve", "push"]\nca = ["old.crt"]\n\n'
        f'[host."https://{REFERENCE}"]\ncapabilities = ["pull", "resolve", "push"]\nca = ["old.crt"]\n'
    )


@pytest.mark.parametrize("content", ['server = "https://mirror"\n', "# not of registry-stack\n"])
def test_a_hosts_toml_of_somebody_elses_is_told(content: str, tmp_path: Path) -> None:
    client = make_client(tmp_path, SYSTEMS["debian"])
    path = f"/etc/containerd/certs.d/{REFERENCE}/hosts.toml"
    client.guest.path(path).parent.mkdir(parents=True)
    client.guest.path(path).write_text(content)
    assert client.inspect(wanted({"old": OLD}, engine="containerd")).foreign == {path}
    assert client.inspect(wanted({"old": OLD})).foreign == frozenset()
