"""What the engine says about a container, as the resource's state.

Which properties are read back, and which stay as they were asked for, is the official plugin's choice: environment,
labels, volumes and uploads are not, so a change made to them by hand is not seen.
"""

from offline.docker import labels
from offline.kit.values import Properties, Value

_MEGABYTE = 1024 * 1024


def container(facts: Properties, known: Properties) -> Properties:
    """The state of a container from its inspection; `known` is the state or the inputs so far."""
    config, host = facts["Config"], facts["HostConfig"]
    running = facts["State"]["Running"]
    state = {
        **known,
        **_process(config),
        **_host(host),
        **_network(facts, known, running),
        # Not read back, but never unset either: the official plugin would see that as a change.
        "envs": known.get("envs") or [],
        "labels": known.get("labels") or [],
        "name": facts["Name"].lstrip("/"),
        # An id that the program gave is compared with the id, a name with the name.
        "image": facts["Image"] if known["image"].startswith("sha256:") else config["Image"],
        "platform": facts.get("Platform"),
        "logOpts": host["LogConfig"]["Config"] if known.get("logOpts") else None,
    }
    if known.get("pidMode"):
        state["pidMode"] = host["PidMode"]
    if not running:
        # A container that must run and does not is shown as one that must not: the difference is what starts it.
        state |= {"exitCode": facts["State"]["ExitCode"], "mustRun": False}
    return {name: value for name, value in state.items() if value is not None}


def _process(config: Properties) -> Properties:
    return {
        "hostname": config["Hostname"],
        "domainname": config["Domainname"],
        "command": config["Cmd"] or [],
        "entrypoints": config["Entrypoint"] or [],
        "user": config["User"],
        "workingDir": config["WorkingDir"],
        "tty": config["Tty"],
        "stdinOpen": config["OpenStdin"],
        "stopSignal": config.get("StopSignal", ""),
        "stopTimeout": config.get("StopTimeout", 0),
        "healthcheck": healthcheck(config.get("Healthcheck")),
    }


def _host(host: Properties) -> Properties:
    return {
        "rm": host["AutoRemove"],
        "readOnly": host["ReadonlyRootfs"],
        "dns": host["Dns"] or [],
        "dnsOpts": host["DnsOptions"] or [],
        "dnsSearches": host["DnsSearch"] or [],
        "securityOpts": host["SecurityOpt"] or [],
        "publishAllPorts": host["PublishAllPorts"],
        "restart": host["RestartPolicy"]["Name"],
        "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
        "init": bool(host.get("Init")),
        "runtime": host["Runtime"],
        "privileged": host["Privileged"],
        "capabilities": _capabilities(host),
        "mounts": [mount(entry) for entry in host.get("Mounts") or []],
        "tmpfs": host.get("Tmpfs") or {},
        "hosts": [_extra_host(entry) for entry in host["ExtraHosts"] or []],
        "memory": host["Memory"] // _MEGABYTE,
        "memoryReservation": host["MemoryReservation"] // _MEGABYTE,
        "memorySwap": host["MemorySwap"] // _MEGABYTE if host["MemorySwap"] > 0 else host["MemorySwap"],
        "shmSize": host["ShmSize"] // _MEGABYTE,
        "cpus": f"{host['NanoCpus'] / 10**9:g}" if host["NanoCpus"] else None,
        "cpuShares": host["CpuShares"],
        "cpuSet": host["CpusetCpus"],
        "logDriver": host["LogConfig"]["Type"],
        "storageOpts": host.get("StorageOpt") or {},
        "networkMode": host["NetworkMode"],
        "usernsMode": host["UsernsMode"],
        "sysctls": host.get("Sysctls") or {},
        "ipcMode": host["IpcMode"],
        "groupAdds": host["GroupAdd"] or [],
        **{name: _rates(host.get(key)) for name, key in _RATES.items()},
    }


_RATES = {
    "deviceReadBps": "BlkioDeviceReadBps",
    "deviceReadIops": "BlkioDeviceReadIOps",
    "deviceWriteBps": "BlkioDeviceWriteBps",
    "deviceWriteIops": "BlkioDeviceWriteIOps",
}


def _rates(entries: list[Properties] | None) -> list[Properties]:
    return [{"path": entry["Path"], "rate": entry["Rate"]} for entry in entries or []]


def _network(facts: Properties, known: Properties, running: bool) -> Properties:
    settings = facts["NetworkSettings"]
    state: Properties = {
        "bridge": settings.get("Bridge", ""),
        "networkDatas": [_network_data(name, entry) for name, entry in (settings["Networks"] or {}).items()],
    }
    if known.get("ports") and (running or known.get("mustRun")):
        state["ports"] = ports(settings["Ports"] or {})
    return state


def _network_data(name: str, entry: Properties) -> Properties:
    return {
        "networkName": name,
        "ipAddress": entry["IPAddress"],
        "ipPrefixLength": entry["IPPrefixLen"],
        "gateway": entry["Gateway"],
        "globalIpv6Address": entry["GlobalIPv6Address"],
        "globalIpv6PrefixLength": entry["GlobalIPv6PrefixLen"],
        "ipv6Gateway": entry["IPv6Gateway"],
        "macAddress": entry["MacAddress"],
    }


def ports(bindings: dict[str, list[Properties] | None]) -> list[Properties]:
    """The published ports, by their number in the container."""
    found = []
    for key in sorted(bindings, key=lambda port: int(port.split("/")[0])):
        internal, protocol = key.split("/")
        for binding in bindings[key] or []:
            external = int(binding["HostPort"] or 0)
            found.append(
                {
                    "internal": int(internal),
                    "external": external,
                    "ip": binding["HostIp"],
                    "protocol": protocol,
                }
            )
    return found


def _capabilities(host: Properties) -> Value:
    if not (host["CapAdd"] or host["CapDrop"]):
        return None
    return {"adds": host["CapAdd"] or [], "drops": host["CapDrop"] or []}


def _extra_host(entry: str) -> Properties:
    host, _, address = entry.partition(":")
    return {"host": host, "ip": address}


def mount(entry: Properties) -> Properties:
    """A mount in the program's words: the reverse of `config.mount`, so that what was asked for is no change."""
    state: Properties = {
        "target": entry["Target"],
        "source": entry.get("Source", ""),
        "type": entry["Type"],
        "readOnly": entry.get("ReadOnly", False),
    }
    if bind := entry.get("BindOptions"):
        state["bindOptions"] = {"propagation": bind.get("Propagation", "")}
    if volume := entry.get("VolumeOptions"):
        driver = volume.get("DriverConfig") or {}
        state["volumeOptions"] = {
            "noCopy": volume.get("NoCopy", False),
            "labels": labels.from_engine(volume.get("Labels")),
            "driverName": driver.get("Name"),
            "driverOptions": driver.get("Options"),
        }
    if tmpfs := entry.get("TmpfsOptions"):
        state["tmpfsOptions"] = {"sizeBytes": tmpfs.get("SizeBytes", 0), "mode": tmpfs.get("Mode", 0)}
    return state


def healthcheck(check: Properties | None) -> Value:
    """The health check, with durations as Go writes them."""
    if not check:
        return None
    return {
        "tests": check.get("Test") or [],
        "interval": duration(check.get("Interval", 0)),
        "timeout": duration(check.get("Timeout", 0)),
        "startPeriod": duration(check.get("StartPeriod", 0)),
        "startInterval": duration(check.get("StartInterval", 0)),
        "retries": check.get("Retries", 0),
    }


def duration(nanoseconds: int) -> str:
    """A duration as Go writes it: 90 * 10**9 is 1m30s, 500 * 10**6 is 500ms."""
    seconds = nanoseconds / 10**9
    if 0 < seconds < 1:
        unit, size = ("ms", 10**6) if nanoseconds >= 10**6 else ("µs", 10**3) if nanoseconds >= 10**3 else ("ns", 1)
        return f"{nanoseconds / size:g}{unit}"
    hours, rest = divmod(nanoseconds, 3600 * 10**9)
    minutes, rest = divmod(rest, 60 * 10**9)
    text = f"{hours}h" if hours else ""
    text += f"{minutes}m" if hours or minutes else ""
    return f"{text}{rest / 10**9:g}s"
