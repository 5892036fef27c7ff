"""containerd, as Kubernetes, nerdctl and ctr use it.

Source: containerd's docs/hosts.md: hosts.toml in the registry's folder names its authorities, and takes effect without
a restart. The CRI plugin reads it where its `config_path` is /etc/containerd/certs.d.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from guest.engines.engine import Engine


def _hosts(registry: str, authorities: Sequence[str]) -> str:
    files = ", ".join(f'"{name}"' for name in authorities)
    return (
        f'server = "https://{registry}"\n\n'
        f'[host."https://{registry}"]\n'
        '  capabilities = ["pull", "resolve", "push"]\n'
        f"  ca = [{files}]\n"
    )


ENGINE = Engine(
    name="containerd",
    folder=PurePosixPath("/etc/containerd/certs.d"),
    request="ctr images pull --hosts-dir /etc/containerd/certs.d {}",
    answers="ctr version",
    service="containerd",
    named="hosts.toml",
    document=_hosts,
)
