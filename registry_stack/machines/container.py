"""The container that stands for a machine: what it is allowed, how it runs, and how its user's key gets in."""

from typing import Any, Final

from registry_stack.common.archives import pack_files

# An engine runs inside, and init, and a reboot: this is the least that they need; never `--privileged`.
CAPABILITIES: Final = (
    "SYS_ADMIN",
    "NET_ADMIN",
    "NET_RAW",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "MKNOD",
    "AUDIT_WRITE",
    "SYSLOG",
)
SECURITY_OPTIONS: Final = ("seccomp=unconfined", "apparmor=unconfined")
SYSCTLS: Final = {"net.ipv4.ip_forward": "1"}
CGROUP_NAMESPACE: Final = "private"
# A machine that was shut down with -r comes back, and so does one of a workstation that was.
RESTART: Final = "always"


def create_options() -> dict[str, Any]:
    """All of the above as arguments of the Docker SDK's `containers.create`."""
    return {
        "cap_add": list(CAPABILITIES),
        "security_opt": list(SECURITY_OPTIONS),
        "sysctls": dict(SYSCTLS),
        "cgroupns": CGROUP_NAMESPACE,
        "restart_policy": {"Name": RESTART},
    }


def userdata(public_key: str) -> bytes:
    """The archive userdata.tar, in which docker-machine leaves a Boot2Docker its user's public key."""
    return pack_files({".ssh/authorized_keys": public_key.encode()}, mode=0o600, folders={".ssh": 0o700})
