"""A container as the engine's API wants it (POST /containers/create), from the program's inputs."""

import re

from offline.docker import labels
from offline.kit.resource import PluginError
from offline.kit.values import Properties, Value

_MEGABYTE = 1024 * 1024
_UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "µs": 10**3, "ns": 1}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|us|µs|ns|s)")


def container(inputs: Properties) -> Properties:
    """The request body: the process, with HostConfig. Networks are connected after the creation."""
    exposed, _ = ports(inputs.get("ports") or [])
    volumes, _, _ = volume_mounts(inputs.get("volumes") or [])
    return _given(
        {
            "Image": inputs["image"],
            "Hostname": inputs.get("hostname"),
            "Domainname": inputs.get("domainname"),
            "Tty": inputs.get("tty"),
            "OpenStdin": inputs.get("stdinOpen"),
            "StopSignal": inputs.get("stopSignal"),
            "StopTimeout": inputs.get("stopTimeout"),
            "Env": inputs.get("envs"),
            "Cmd": inputs.get("command"),
            "Entrypoint": inputs.get("entrypoints"),
            "User": inputs.get("user"),
            "WorkingDir": inputs.get("workingDir"),
            "Labels": labels.to_engine(inputs.get("labels")),
            "Healthcheck": healthcheck(inputs.get("healthcheck")),
            "ExposedPorts": {port: {} for port in exposed},
            "Volumes": {path: {} for path in volumes},
            "HostConfig": host_config(inputs),
        }
    )


def host_config(inputs: Properties) -> Properties:
    """The part about the host's resources."""
    _, bindings = ports(inputs.get("ports") or [])
    _, binds, volumes_from = volume_mounts(inputs.get("volumes") or [])
    capabilities = inputs.get("capabilities") or {}
    security = inputs.get("securityOpts") or []
    # The one security option that is the client's own: it stands for empty lists of masked and read-only paths.
    unconfined = "systempaths=unconfined" in security
    given = {
        **resources(inputs),
        "Privileged": inputs.get("privileged"),
        "PublishAllPorts": inputs.get("publishAllPorts"),
        "Runtime": inputs.get("runtime"),
        "AutoRemove": inputs.get("rm"),
        "ReadonlyRootfs": inputs.get("readOnly"),
        "LogConfig": _given({"Type": inputs.get("logDriver"), "Config": inputs.get("logOpts")}),
        "Tmpfs": inputs.get("tmpfs"),
        "PortBindings": bindings,
        "ExtraHosts": [f"{entry['host']}:{entry['ip']}" for entry in inputs.get("hosts") or []],
        "Binds": binds,
        "VolumesFrom": volumes_from,
        "Mounts": [mount(entry) for entry in inputs.get("mounts") or []],
        "CapAdd": capabilities.get("adds"),
        "CapDrop": capabilities.get("drops"),
        "SecurityOpt": [option for option in security if option != "systempaths=unconfined"],
        "Dns": inputs.get("dns"),
        "DnsOptions": inputs.get("dnsOpts"),
        "DnsSearch": inputs.get("dnsSearches"),
        "Devices": [device(entry) for entry in inputs.get("devices") or []],
        "DeviceCgroupRules": inputs.get("deviceCgroupRules"),
        "Ulimits": [{"Name": u["name"], "Soft": u["soft"], "Hard": u["hard"]} for u in inputs.get("ulimits") or []],
        "ShmSize": (inputs.get("shmSize") or 0) * _MEGABYTE,
        "NetworkMode": inputs.get("networkMode"),
        "UsernsMode": inputs.get("usernsMode"),
        "PidMode": inputs.get("pidMode"),
        "IpcMode": inputs.get("ipcMode"),
        "GroupAdd": inputs.get("groupAdds"),
        "Sysctls": inputs.get("sysctls"),
        "CgroupnsMode": inputs.get("cgroupnsMode"),
        "CgroupParent": inputs.get("cgroupParent"),
        "StorageOpt": inputs.get("storageOpts"),
    }
    paths: Properties = {"MaskedPaths": [], "ReadonlyPaths": []} if unconfined else {}
    return {**_given(given), **paths, "Init": bool(inputs.get("init"))}


def resources(inputs: Properties) -> Properties:
    """What can be changed on a container that exists (POST /containers/{id}/update)."""
    cpus = inputs.get("cpus")
    swap = inputs.get("memorySwap") or 0
    policy = {"Name": inputs.get("restart", "no"), "MaximumRetryCount": inputs.get("maxRetryCount") or 0}
    return _given(
        {
            "RestartPolicy": policy,
            "Memory": (inputs.get("memory") or 0) * _MEGABYTE,
            "MemoryReservation": (inputs.get("memoryReservation") or 0) * _MEGABYTE,
            "MemorySwap": swap * _MEGABYTE if swap > 0 else swap,
            "NanoCpus": round(float(cpus) * 10**9) if cpus else 0,
            "CpuPeriod": 0 if cpus else inputs.get("cpuPeriod"),
            "CpuQuota": 0 if cpus else inputs.get("cpuQuota"),
            "CpuShares": inputs.get("cpuShares"),
            "CpusetCpus": inputs.get("cpuSet"),
            "BlkioDeviceReadBps": rates(inputs.get("deviceReadBps")),
            "BlkioDeviceReadIOps": rates(inputs.get("deviceReadIops")),
            "BlkioDeviceWriteBps": rates(inputs.get("deviceWriteBps")),
            "BlkioDeviceWriteIOps": rates(inputs.get("deviceWriteIops")),
        }
    )


def ports(entries: list[Properties]) -> tuple[list[str], dict[str, list[Properties]]]:
    """The exposed ports ("5000/tcp") and their bindings on the host."""
    bindings: dict[str, list[Properties]] = {}
    for entry in entries:
        key = f"{entry['internal']}/{entry['protocol']}"
        binding = {"HostIp": entry["ip"], "HostPort": str(entry.get("external") or "")}
        bindings.setdefault(key, []).append(binding)
    return list(bindings), bindings


def volume_mounts(entries: list[Properties]) -> tuple[list[str], list[str], list[str]]:
    """Paths of volumes in the container, binds (SOURCE:PATH:MODE), and containers to take volumes from."""
    paths, binds, containers = [], [], []
    for entry in entries:
        source, path = entry.get("hostPath") or entry.get("volumeName"), entry.get("containerPath")
        if bool(path) == bool(entry.get("fromContainer")):
            raise PluginError("each of volumes needs either containerPath or fromContainer")
        if not path:
            containers.append(entry["fromContainer"])
            continue
        paths.append(path)
        if source:
            relabel = f",{entry['selinuxRelabel']}" if entry.get("selinuxRelabel") else ""
            binds.append(f"{source}:{path}:{'ro' if entry.get('readOnly') else 'rw'}{relabel}")
    return paths, binds, containers


def mount(entry: Properties) -> Properties:
    """A mount with the options of its own type alone: the engine refuses another's, even if they are empty."""
    bind, volume, tmpfs = (entry.get(kind) or {} for kind in ("bindOptions", "volumeOptions", "tmpfsOptions"))
    driver = _given({"Name": volume.get("driverName"), "Options": volume.get("driverOptions")})
    named = labels.to_engine(volume.get("labels"))
    return _given(
        {
            "Target": entry["target"],
            "Source": entry.get("source"),
            "Type": entry["type"],
            "ReadOnly": entry.get("readOnly"),
            "BindOptions": _given({"Propagation": bind.get("propagation")}),
            "VolumeOptions": _given({"NoCopy": volume.get("noCopy"), "Labels": named, "DriverConfig": driver}),
            "TmpfsOptions": _given({"SizeBytes": tmpfs.get("sizeBytes"), "Mode": tmpfs.get("mode")}),
        }
    )


def device(entry: Properties) -> Properties:
    """A device, which is by default inside what it is outside."""
    inside = entry.get("containerPath") or entry["hostPath"]
    permissions = entry.get("permissions", "rwm")
    return {"PathOnHost": entry["hostPath"], "PathInContainer": inside, "CgroupPermissions": permissions}


def rates(entries: list[Properties] | None) -> list[Properties]:
    """How much a container may read or write: bytes or operations a second, by device."""
    return [{"Path": entry["path"], "Rate": entry["rate"]} for entry in entries or []]


def healthcheck(check: Properties | None) -> Properties | None:
    """The health check, with durations in nanoseconds."""
    if not check:
        return None
    return _given(
        {
            "Test": check.get("tests"),
            "Interval": nanoseconds(check.get("interval", "0s")),
            "Timeout": nanoseconds(check.get("timeout", "0s")),
            "StartPeriod": nanoseconds(check.get("startPeriod", "0s")),
            "StartInterval": nanoseconds(check.get("startInterval", "0s")),
            "Retries": check.get("retries"),
        }
    )


def endpoint(entry: Properties) -> Properties:
    """A container's place in a network as the engine's API wants it (POST /networks/{id}/connect)."""
    addresses = {
        "IPv4Address": entry.get("ipv4Address"),
        "IPv6Address": entry.get("ipv6Address"),
        "LinkLocalIPs": entry.get("linkLocalIps"),
    }
    options = dict(option.split("=", 1) for option in entry.get("driverOpts") or [])
    return _given(
        {
            "Aliases": entry.get("aliases"),
            "IPAMConfig": _given(addresses),
            "MacAddress": entry.get("macAddress"),
            "DriverOpts": options,
            "GwPriority": entry.get("gwPriority"),
        }
    )


def nanoseconds(duration: str) -> int:
    """A duration such as `1m30s`, as Go writes them."""
    parts = _DURATION.findall(duration)
    if "".join(number + unit for number, unit in parts) != duration:
        raise PluginError(f"{duration!r} is no duration such as 30s or 1m30s")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


def _given(entries: dict[str, Value]) -> Properties:
    return {key: value for key, value in entries.items() if value}
