"""The property tables of the docker plugin's resource types."""

from offline.kit.schema import Property, Schema

# A published port listens on every address of the host unless the program says otherwise; the official default.
EVERYWHERE = "0.0.0.0"  # noqa: S104

_LABELS = {"label": Property(required=True), "value": Property(required=True)}
_RATES = Property(replaces=False, unordered=True, fields={"path": Property(), "rate": Property(minimum=0)})
_SET = Property(unordered=True)
_KEPT = Property(replaces=False)
_FILLED = Property(computed=True)
_OUTPUT = Property(output=True)

NETWORK: Schema = {
    "name": Property(computed=True),
    "labels": Property(unordered=True, fields=_LABELS),
    "driver": _FILLED,
    "options": _FILLED,
    "internal": _FILLED,
    "attachable": Property(),
    "ingress": Property(default=False),
    "ipv6": Property(default=False),
    "ipamDriver": Property(default="default"),
    "ipamOptions": Property(),
    "ipamConfigs": Property(
        computed=True,
        unordered=True,
        fields={"subnet": Property(), "ipRange": Property(), "gateway": Property(), "auxAddress": Property()},
    ),
    "scope": _OUTPUT,
}

REMOTE_IMAGE: Schema = {
    "name": Property(required=True),
    "platform": Property(),
    "pullTriggers": _SET,
    "triggers": Property(),
    "keepLocally": _KEPT,
    "forceRemove": _KEPT,
    "build": Property(supported=False),
    "imageId": _OUTPUT,
    "repoDigest": _OUTPUT,
}

_MOUNT = {
    "target": Property(required=True),
    "source": Property(),
    "type": Property(required=True, choices=("bind", "volume", "tmpfs")),
    "readOnly": Property(),
    "bindOptions": Property(fields={"propagation": Property()}),
    "volumeOptions": Property(
        fields={
            "noCopy": Property(),
            "labels": Property(unordered=True, fields=_LABELS),
            "driverName": Property(),
            "driverOptions": Property(),
            "subpath": Property(),
        }
    ),
    "tmpfsOptions": Property(fields={"sizeBytes": Property(), "mode": Property()}),
}
_VOLUME_MOUNT = {
    "containerPath": Property(),
    "hostPath": Property(),
    "volumeName": Property(),
    "fromContainer": Property(),
    "readOnly": Property(),
    "selinuxRelabel": Property(choices=("z", "Z")),
}
_PORT = {
    "internal": Property(required=True, minimum=0),
    "external": Property(minimum=0),
    "ip": Property(default=EVERYWHERE),
    "protocol": Property(default="tcp"),
}
_ENDPOINT = {
    "name": Property(required=True),
    "aliases": _SET,
    "ipv4Address": Property(),
    "ipv6Address": Property(),
    "linkLocalIps": _SET,
    "macAddress": Property(),
    "driverOpts": _SET,
    "gwPriority": Property(minimum=0),
}
_UPLOAD = {
    "file": Property(required=True),
    "content": Property(),
    "contentBase64": Property(),
    "source": Property(),
    "sourceHash": Property(),
    "executable": Property(default=False),
    "permissions": Property(),
    "owner": Property(),
    "group": Property(),
}
_HEALTHCHECK = {
    "tests": Property(),
    "interval": Property(default="0s"),
    "timeout": Property(default="0s"),
    "startPeriod": Property(default="0s"),
    "startInterval": Property(default="0s"),
    "retries": Property(default=0, minimum=0),
}
_NETWORK_DATA = (
    "networkName",
    "ipAddress",
    "ipPrefixLength",
    "gateway",
    "globalIpv6Address",
    "globalIpv6PrefixLength",
    "ipv6Gateway",
    "macAddress",
)

CONTAINER: Schema = {
    "name": Property(computed=True),
    "image": Property(required=True),
    # How the resource behaves; the engine knows nothing of these.
    "start": Property(default=True, replaces=False),
    "mustRun": Property(default=True, replaces=False),
    "attach": Property(default=False, replaces=False),
    "logs": Property(default=False, replaces=False),
    "wait": Property(default=False, replaces=False),
    "waitTimeout": Property(default=60, replaces=False),
    "removeVolumes": Property(default=True, replaces=False),
    "destroyGraceSeconds": _KEPT,
    "containerReadRefreshTimeoutMilliseconds": Property(default=15000, replaces=False),
    # What the process is.
    "command": _FILLED,
    "entrypoints": _FILLED,
    "envs": Property(computed=True, unordered=True),
    "user": Property(empty_is_any=True),
    "workingDir": Property(empty_is_any=True),
    "hostname": _FILLED,
    "domainname": Property(),
    "labels": Property(computed=True, unordered=True, fields=_LABELS),
    "healthcheck": Property(computed=True, replaces=False, fields=_HEALTHCHECK),
    "stopSignal": _FILLED,
    "stopTimeout": _FILLED,
    "tty": Property(default=False),
    "stdinOpen": Property(default=False),
    "init": Property(computed=True, replaces=False),
    "uploads": Property(unordered=True, fields=_UPLOAD),
    # What it may do.
    "privileged": Property(),
    "capabilities": Property(fields={"adds": _SET, "drops": _SET}),
    "securityOpts": Property(computed=True, unordered=True),
    "sysctls": Property(),
    "devices": Property(
        unordered=True,
        fields={
            "hostPath": Property(required=True),
            "containerPath": Property(),
            "permissions": Property(default="rwm"),
        },
    ),
    "deviceCgroupRules": _SET,
    "deviceRequests": Property(supported=False),
    "gpus": Property(supported=False),
    "groupAdds": _SET,
    "readOnly": Property(default=False),
    "pidMode": Property(),
    "ipcMode": _FILLED,
    "usernsMode": Property(),
    "cgroupnsMode": Property(choices=("private", "host")),
    "cgroupParent": Property(),
    "runtime": _FILLED,
    "platform": _FILLED,
    # Where its data is.
    "volumes": Property(unordered=True, fields=_VOLUME_MOUNT),
    "mounts": Property(unordered=True, fields=_MOUNT),
    "tmpfs": _KEPT,
    "storageOpts": Property(),
    "shmSize": Property(computed=True, minimum=0),
    # How much it may take.
    "memory": Property(replaces=False, minimum=0),
    "memoryReservation": Property(default=0, replaces=False, minimum=0),
    "memorySwap": Property(replaces=False, minimum=-1),
    "cpus": Property(),
    "cpuPeriod": Property(replaces=False, minimum=0),
    "cpuQuota": Property(replaces=False, minimum=0),
    "cpuSet": _KEPT,
    "cpuShares": Property(replaces=False, minimum=0),
    "ulimits": Property(unordered=True, fields={"name": Property(), "soft": Property(), "hard": Property()}),
    "deviceReadBps": _RATES,
    "deviceReadIops": _RATES,
    "deviceWriteBps": _RATES,
    "deviceWriteIops": _RATES,
    # Its life and its network.
    "restart": Property(default="no", replaces=False, choices=("no", "on-failure", "always", "unless-stopped")),
    "maxRetryCount": _KEPT,
    "rm": Property(default=False, replaces=False),
    "logDriver": _FILLED,
    "logOpts": Property(),
    "networkMode": Property(default="bridge"),
    "networksAdvanced": Property(unordered=True, fields=_ENDPOINT),
    "ports": Property(unordered=True, fields=_PORT),
    "publishAllPorts": Property(),
    "dns": _SET,
    "dnsOpts": _SET,
    "dnsSearches": _SET,
    "hosts": Property(unordered=True, fields={"host": Property(required=True), "ip": Property(required=True)}),
    # What only the engine knows.
    "bridge": _OUTPUT,
    "exitCode": _OUTPUT,
    "containerLogs": _OUTPUT,
    "networkDatas": Property(output=True, fields={name: Property() for name in _NETWORK_DATA}),
}
