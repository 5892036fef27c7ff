"""The docker plugin on the local engine, with a network, a volume and containers of its own."""

import io
import tarfile
from collections.abc import Iterator

import docker
import docker.errors
import pytest
from docker import DockerClient

from images import names
from offline.docker.plugin import DockerPlugin
from offline.kit.values import Properties
from tests.offline.engine import AbortedError, Caller

LABEL = "registry-stack.test=offline-docker"
LABELS = [dict(zip(("label", "value"), LABEL.split("="), strict=True))]
NAME = "offline-docker-test"
SUBNET, GATEWAY, ADDRESS = "192.168.252.0/24", "192.168.252.2", "192.168.252.9"
BUSYBOX = "/usr/bin/busybox"


def _clean(client: DockerClient) -> None:
    for container in client.containers.list(all=True, filters={"label": LABEL}):
        container.remove(force=True, v=True)
    for network in client.networks.list(filters={"label": LABEL}):
        network.remove()
    for volume in client.volumes.list(filters={"label": LABEL}):
        volume.remove()


@pytest.fixture(scope="module")
def client() -> Iterator[DockerClient]:
    client = docker.from_env()
    _clean(client)
    yield client
    _clean(client)
    client.close()


@pytest.fixture
def caller(client: DockerClient) -> Iterator[Caller]:
    yield Caller(DockerPlugin())
    _clean(client)


def _container(**inputs: object) -> Properties:
    return {"name": NAME, "image": names.SITE, "labels": LABELS, **inputs}


def _network() -> Properties:
    return {"name": NAME, "labels": LABELS, "ipamConfigs": [{"subnet": SUBNET, "gateway": GATEWAY}]}


def _gone(client: DockerClient) -> bool:
    return client.containers.list(all=True, filters={"name": NAME}) == []


def test_network(caller: Caller) -> None:
    made = caller.create("Network", _network())
    assert (made.state["driver"], made.state["scope"]) == ("bridge", "local")
    assert made.state["ipamConfigs"] == [{"subnet": SUBNET, "gateway": GATEWAY}]
    assert caller.changes("Network", made, _network()) == {}
    again = caller.read("Network", made)
    assert again
    assert again.state == made.state
    with pytest.raises(AbortedError, match=f"network with name {NAME} already exists"):
        caller.create("Network", _network())
    caller.delete("Network", made)
    caller.delete("Network", made)
    assert caller.read("Network", made) is None


def test_image(caller: Caller, client: DockerClient) -> None:
    made = caller.create("RemoteImage", {"name": names.SITE, "keepLocally": True})
    assert made.state["imageId"] == client.images.get(names.SITE).id
    assert made.id == made.state["imageId"] + names.SITE
    assert caller.changes("RemoteImage", made, {"name": names.SITE, "keepLocally": True}) == {}
    again = caller.read("RemoteImage", made)
    assert again
    assert again.state == made.state
    caller.delete("RemoteImage", made)
    assert client.images.get(names.SITE).id == made.state["imageId"]


def test_image_that_nobody_has(caller: Caller) -> None:
    with pytest.raises(AbortedError, match=r"image 127\.0\.0\.1:1/none:1 is not on the engine and cannot be pulled"):
        caller.create("RemoteImage", {"name": "127.0.0.1:1/none:1"})


def test_moved_tag_is_seen(caller: Caller, client: DockerClient) -> None:
    tag = f"{NAME}:1"
    client.images.get(names.SITE).tag(tag)
    made = caller.create("RemoteImage", {"name": tag})
    client.images.get(names.REGISTRY).tag(tag)
    again = caller.read("RemoteImage", made)
    assert again
    assert again.state["imageId"] == client.images.get(names.REGISTRY).id
    caller.delete("RemoteImage", again)
    assert caller.read("RemoteImage", again) is None
    assert f"{NAME}:1" not in client.images.get(names.REGISTRY).tags


def test_machine_like_container(caller: Caller, client: DockerClient) -> None:
    network = caller.create("Network", _network())
    inputs = _container(
        capabilities={"adds": ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"]},
        securityOpts=["seccomp=unconfined"],
        sysctls={"net.ipv4.ip_forward": "1"},
        cgroupnsMode="private",
        restart="always",
        hostname="registry0",
        volumes=[{"volumeName": NAME, "containerPath": "/var/lib/boot2docker"}, {"containerPath": "/anonymous"}],
        networksAdvanced=[{"name": NAME, "ipv4Address": ADDRESS, "aliases": ["registry0"]}],
        tmpfs={"/run": "size=1m"},
        ports=[{"internal": 80, "ip": "127.0.0.1"}],
        memory=64,
        memorySwap=128,
    )
    client.volumes.create(NAME, labels=dict([LABEL.split("=")]))
    made = caller.create("Container", inputs)
    facts = client.containers.get(NAME).attrs
    assert list(facts["NetworkSettings"]["Networks"]) == [NAME]
    assert (
        made.state["networkDatas"][0] | {"networkName": NAME, "ipAddress": ADDRESS, "gateway": GATEWAY}
        == (made.state["networkDatas"][0])
    )
    assert made.state["ports"][0]["external"] > 0
    assert caller.changes("Container", made, inputs) == {}
    again = caller.read("Container", made)
    assert again
    assert again.state == made.state
    assert caller.changes("Container", again, inputs) == {}
    caller.delete("Container", again)
    caller.delete("Container", again)
    assert caller.read("Container", again) is None
    caller.delete("Network", network)


def test_uploads(caller: Caller, client: DockerClient) -> None:
    uploads = [
        {"file": "/a/plain", "content": "text"},
        {"file": "/a/run", "contentBase64": "AAEC", "executable": True},
        {"file": "/a/key", "content": "secret", "permissions": "0600", "owner": "0", "group": "7"},
    ]
    caller.create("Container", _container(uploads=uploads, start=False, mustRun=False))
    stream, _ = client.containers.get(NAME).get_archive("/a")
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
        found = {
            member.name: (oct(member.mode & 0o777), member.uid, member.gid, _content(tar, member))
            for member in tar
            if member.isfile()
        }
    assert found == {
        "a/plain": ("0o644", 0, 0, b"text"),
        "a/run": ("0o744", 0, 0, b"\0\1\2"),
        "a/key": ("0o600", 0, 7, b"secret"),
    }


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file
    return file.read()


def test_stopped_container_is_started_again(caller: Caller, client: DockerClient) -> None:
    made = caller.create("Container", _container())
    client.containers.get(NAME).kill()
    stopped = caller.read("Container", made)
    assert stopped
    assert (stopped.state["mustRun"], stopped.state["exitCode"]) == (False, 137)
    assert caller.changes("Container", stopped, _container()) == {"mustRun": "UPDATE"}
    assert caller.update("Container", stopped, _container()).state["mustRun"] is True
    assert client.containers.get(NAME).status == "running"


def test_update_in_place(caller: Caller, client: DockerClient) -> None:
    made = caller.create("Container", _container())
    updated = caller.update("Container", made, _container(restart="always", memory=64, memorySwap=128))
    host = client.containers.get(NAME).attrs["HostConfig"]
    assert (host["RestartPolicy"]["Name"], host["Memory"]) == ("always", 64 * 2**20)
    assert updated.state["restart"] == "always"
    assert updated.id == made.id


def test_changed_outside_is_seen(caller: Caller, client: DockerClient) -> None:
    made = caller.create("Container", _container())
    client.containers.get(NAME).update(restart_policy={"Name": "always"})
    again = caller.read("Container", made)
    assert again
    assert caller.changes("Container", again, _container()) == {"restart": "UPDATE"}


def test_output_of_a_command(caller: Caller) -> None:
    once = {"entrypoints": [BUSYBOX], "command": ["sh", "-c", "echo out; exit 3"], "mustRun": False}
    made = caller.create("Container", _container(**once, attach=True, logs=True))
    assert (made.state["containerLogs"], made.state["exitCode"]) == ("out\n", 3)
    assert caller.changes("Container", made, _container(**once, attach=True, logs=True)) == {}
    caller.delete("Container", made)


def test_wait_for_health(caller: Caller) -> None:
    check = {"tests": ["CMD", BUSYBOX, "true"], "interval": "1s"}
    made = caller.create("Container", _container(wait=True, waitTimeout=30, healthcheck=check))
    assert made.state["healthcheck"]["interval"] == "1s"
    assert caller.changes("Container", made, _container(wait=True, waitTimeout=30, healthcheck=check)) == {}


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"entrypoints": ["/no/such/program"]}, "/no/such/program"),
        ({"networksAdvanced": [{"name": "no-such-network"}]}, "no-such-network not found"),
        ({"wait": True}, "wait needs a healthcheck"),
        (
            {"wait": True, "waitTimeout": 1, "healthcheck": {"tests": ["CMD", BUSYBOX, "false"], "interval": "1s"}},
            "the container was not healthy within 1 s",
        ),
        ({"uploads": [{"file": "/f"}]}, "exactly one of content"),
        ({"image": "127.0.0.1:1/none:1"}, "cannot be pulled"),
    ],
)
def test_a_failed_creation_leaves_nothing(caller: Caller, client: DockerClient, inputs: Properties, text: str) -> None:
    with pytest.raises(AbortedError) as caught:
        caller.create("Container", _container(**inputs))
    assert text in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert _gone(client)


def test_taken_name(caller: Caller) -> None:
    made = caller.create("Container", _container())
    with pytest.raises(AbortedError, match=f'The container name "/{NAME}" is already in use'):
        caller.create("Container", _container())
    assert caller.read("Container", made)
