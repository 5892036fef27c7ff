"""containerd, as Kubernetes, nerdctl and ctr use it.

Source: containerd's docs/hosts.md: hosts.toml in the registry's folder names its authorities, and takes effect without
a restart. The CRI plugin reads it if its `config_path` is /etc/containerd/certs.d.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from registry_stack.guest.engines.engine import Engine


def _hosts(registry: str, authorities: Sequence[str]) -> str:
    files = ", ".join(f'"{name}"' for name in authorities)
    known = f'capabilities = ["pull", "resolve", "push"]\nca = [{files}]\n'
    # Both name the authorities, because the server is asked for what the host does not have. Without a host, containerd
    # 1.6 ignores the file.
    return f'server = "https://{registry}"\n{known}\n[host."https://{registry}"]\n{known}'


ENGINE = Engine(
    name="containerd",
    folder=PurePosixPath("/etc/containerd/certs.d"),
    request="ctr images pull --hosts-dir /etc/containerd/certs.d {}",
    answers="ctr version",
    service="containerd",
    named="hosts.toml",
    document=_hosts,
)
