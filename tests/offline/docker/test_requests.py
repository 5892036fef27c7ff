"""What the docker plugin asks an engine for, and how it reads the answers: without an engine."""

import pytest

from offline.docker import config, image, network, state, uploads
from offline.docker.plugin import DockerPlugin
from offline.kit.resource import PluginError
from offline.kit.values import Properties
from tests.offline.engine import Caller


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller(DockerPlugin())


def _host(caller: Caller, **inputs: object) -> Properties:
    return config.host_config(caller.check("Container", {"name": "c", "image": "i", **inputs}))


def test_smallest_container(caller: Caller) -> None:
    assert config.container(caller.check("Container", {"name": "c", "image": "i"})) == {
        "Image": "i",
        "HostConfig": {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "NetworkMode": "bridge", "Init": False},
    }


def test_process(caller: Caller) -> None:
    inputs = {
        "name": "c",
        "image": "i",
        "entrypoints": ["/bin/sh"],
        "command": ["-c", "true"],
        "envs": ["A=b"],
        "user": "1:1",
        "hostname": "h",
        "domainname": "d",
        "workingDir": "/w",
        "stopSignal": "SIGTERM",
        "stopTimeout": 3,
        "labels": [{"label": "a", "value": "b"}],
        "healthcheck": {"tests": ["CMD", "true"], "interval": "1m30s", "timeout": "500ms", "retries": 2},
    }
    body = config.container(caller.check("Container", inputs))
    del body["HostConfig"]
    assert body == {
        "Image": "i",
        "Entrypoint": ["/bin/sh"],
        "Cmd": ["-c", "true"],
        "Env": ["A=b"],
        "User": "1:1",
        "Hostname": "h",
        "Domainname": "d",
        "WorkingDir": "/w",
        "StopSignal": "SIGTERM",
        "StopTimeout": 3,
        "Labels": {"a": "b"},
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 90 * 10**9, "Timeout": 5 * 10**8, "Retries": 2},
    }


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"capabilities": {"adds": ["CAP_A"], "drops": ["CAP_B"]}}, {"CapAdd": ["CAP_A"], "CapDrop": ["CAP_B"]}),
        ({"securityOpts": ["seccomp=unconfined"]}, {"SecurityOpt": ["seccomp=unconfined"]}),
        ({"securityOpts": ["systempaths=unconfined"]}, {"MaskedPaths": [], "ReadonlyPaths": []}),
        (
            {"privileged": True, "readOnly": True, "init": True},
            {"Privileged": True, "ReadonlyRootfs": True, "Init": True},
        ),
        ({"memory": 256, "memorySwap": -1}, {"Memory": 256 * 2**20, "MemorySwap": -1}),
        ({"memorySwap": 512, "shmSize": 64}, {"MemorySwap": 512 * 2**20, "ShmSize": 64 * 2**20}),
        ({"cpus": "1.5", "cpuPeriod": 5}, {"NanoCpus": 1_500_000_000}),
        ({"cpuPeriod": 5, "cpuQuota": 6, "cpuShares": 7}, {"CpuPeriod": 5, "CpuQuota": 6, "CpuShares": 7}),
        (
            {"restart": "on-failure", "maxRetryCount": 3},
            {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        ),
        ({"dns": ["1.1.1.1"], "dnsSearches": ["x"]}, {"Dns": ["1.1.1.1"], "DnsSearch": ["x"]}),
        ({"hosts": [{"host": "h", "ip": "1.2.3.4"}]}, {"ExtraHosts": ["h:1.2.3.4"]}),
        ({"sysctls": {"a": "1"}, "tmpfs": {"/t": ""}}, {"Sysctls": {"a": "1"}, "Tmpfs": {"/t": ""}}),
        ({"cgroupnsMode": "private", "pidMode": "host"}, {"CgroupnsMode": "private", "PidMode": "host"}),
        ({"ulimits": [{"name": "n", "soft": 1, "hard": 2}]}, {"Ulimits": [{"Name": "n", "Soft": 1, "Hard": 2}]}),
        ({"logDriver": "x", "logOpts": {"a": "b"}}, {"LogConfig": {"Type": "x", "Config": {"a": "b"}}}),
        (
            {"devices": [{"hostPath": "/dev/x"}]},
            {"Devices": [{"PathOnHost": "/dev/x", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}]},
        ),
        ({"deviceReadBps": [{"path": "/x", "rate": 1}]}, {"BlkioDeviceReadBps": [{"Path": "/x", "Rate": 1}]}),
        (
            {"ports": [{"internal": 5000, "external": 443}, {"internal": 53, "protocol": "udp", "ip": "127.0.0.1"}]},
            {
                "PortBindings": {
                    "5000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "443"}],  # noqa: S104 - Docker's default
                    "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
                }
            },
        ),
        (
            {
                "volumes": [
                    {"volumeName": "v", "containerPath": "/c"},
                    {"hostPath": "/h", "containerPath": "/d", "readOnly": True},
                ]
            },
            {"Binds": ["v:/c:rw", "/h:/d:ro"]},
        ),
        ({"volumes": [{"containerPath": "/anonymous"}, {"fromContainer": "x"}]}, {"VolumesFrom": ["x"]}),
        (
            {"mounts": [{"type": "tmpfs", "target": "/t", "tmpfsOptions": {"sizeBytes": 5}}]},
            {"Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 5}}]},
        ),
        (
            {"mounts": [{"type": "bind", "target": "/t", "source": "/s", "bindOptions": {"propagation": "rprivate"}}]},
            {"Mounts": [{"Type": "bind", "Target": "/t", "Source": "/s", "BindOptions": {"Propagation": "rprivate"}}]},
        ),
    ],
)
def test_host_config(caller: Caller, inputs: Properties, expected: Properties) -> None:
    body = _host(caller, **inputs)
    assert {key: body.get(key) for key in expected} == expected


@pytest.mark.parametrize("entry", [{}, {"volumeName": "v"}, {"containerPath": "/c", "fromContainer": "x"}])
def test_volume_without_one_way(entry: Properties) -> None:
    with pytest.raises(PluginError, match="either containerPath or fromContainer"):
        config.volume_mounts([entry])


def test_endpoint() -> None:
    entry = {"name": "n", "ipv4Address": "1.2.3.4", "aliases": ["a"], "driverOpts": ["k=v=w"]}
    expected = {"IPAMConfig": {"IPv4Address": "1.2.3.4"}, "Aliases": ["a"], "DriverOpts": {"k": "v=w"}}
    assert config.endpoint(entry) == expected


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        *[("0s", 0), ("30s", 30 * 10**9), ("1m30s", 90 * 10**9), ("1h0m0s", 3600 * 10**9), ("1.5s", 15 * 10**8)],
        *[("250ms", 25 * 10**7), ("10µs", 10**4), ("7ns", 7)],
    ],
)
def test_durations(text: str, nanoseconds: int) -> None:
    assert config.nanoseconds(text) == nanoseconds
    assert state.duration(nanoseconds) == text


@pytest.mark.parametrize("text", ["", "30", "s", "30 s", "-1s", "1d"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(PluginError, match="is no duration"):
        config.nanoseconds(text or "?")


def test_network_request(caller: Caller) -> None:
    pools = [{"subnet": "192.168.233.0/24", "gateway": "192.168.233.2"}]
    assert network.request(caller.check("Network", {"name": "n", "ipamConfigs": pools})) == {
        "Name": "n",
        "CheckDuplicate": True,
        "IPAM": {
            "Driver": "default",
            "Config": [{"Subnet": "192.168.233.0/24", "Gateway": "192.168.233.2"}],
            "Options": None,
        },
    }


@pytest.mark.parametrize(
    ("name", "digests", "expected"),
    [
        ("r/a:1", [], ""),
        ("r/a:1", ["r/b@sha256:1", "r/a@sha256:2"], "r/a@sha256:2"),
        ("h:5000/a", ["h:5000/a@sha256:3"], "h:5000/a@sha256:3"),
        ("h:5000/a@sha256:3", ["h:5000/a@sha256:3"], "h:5000/a@sha256:3"),
        ("a", ["other@sha256:4"], "other@sha256:4"),
    ],
)
def test_repo_digest(name: str, digests: list[str], expected: str) -> None:
    assert image.repo_digest(digests, name) == expected


@pytest.mark.parametrize(
    ("upload", "text"),
    [
        ({"file": "/f"}, "/f needs exactly one of"),
        ({"file": "/f", "content": "a", "source": "/s"}, "/f needs exactly one of"),
        ({"file": "/f", "contentBase64": "not base64"}, "/f: contentBase64 cannot be read"),
        ({"file": "/f", "source": "/no/such"}, "/f: source cannot be read"),
        ({"file": "/f", "content": "a", "owner": "no-such-user"}, "no user no-such-user"),
        ({"file": "/f", "content": "a", "group": "no-such-group"}, "no group no-such-group"),
    ],
)
def test_upload_failures(upload: Properties, text: str) -> None:
    with pytest.raises(PluginError, match=text):
        uploads.archive(upload)


@pytest.mark.parametrize(
    "entry",
    [
        {"target": "/t", "source": "/s", "type": "bind", "readOnly": True, "bindOptions": {"propagation": "rprivate"}},
        {
            "target": "/t",
            "source": "",
            "type": "tmpfs",
            "readOnly": False,
            "tmpfsOptions": {"sizeBytes": 5, "mode": 448},
        },
        {
            "target": "/t",
            "source": "v",
            "type": "volume",
            "readOnly": False,
            "volumeOptions": {
                "noCopy": True,
                "labels": [{"label": "a", "value": "b"}],
                "driverName": "local",
                "driverOptions": {"o": "p"},
            },
        },
    ],
)
def test_mounts_are_read_as_they_were_asked_for(entry: Properties) -> None:
    assert state.mount(config.mount(entry)) == entry
