"""What a test asks of hosts of several systems: which registries their engines pull from, and what is on them."""

import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from registry_stack.common.errors import CommandError
from registry_stack.common.waiting import wait_for
from tasks.lab.systems import SystemHost
from tests.e2e.stack import Stack

T = TypeVar("T")
_UNTRUSTED = re.compile(r"x509: certificate signed by unknown authority|certificate verify failed")
_SECONDS = 20
_PLACES = (
    *("/etc/containerd", "/etc/containers", "/etc/docker", "/etc/hosts", "/etc/pki", "/etc/ssl"),
    *("/usr/local/share/ca-certificates", "/var/lib/ca-certificates", "/var/lib/boot2docker"),
)
# what an engine or a Boot2Docker writes there itself
_THEIRS = r"/var/lib/boot2docker/(log|etc|ssh)|/etc/docker/key.json"


@dataclass(frozen=True)
class Engine:
    """How one engine is asked for `IMAGE`: to pull it, what it has pulled (its digest is in there), to forget it."""

    pull: str
    pulled: str
    forget: str


ENGINES = {
    "docker": Engine(
        "docker pull IMAGE", "docker image inspect --format '{{json .RepoDigests}}' IMAGE", "docker image rm IMAGE"
    ),
    "podman": Engine(
        "sudo podman pull IMAGE",
        "sudo podman image inspect --format '{{.Digest}}' IMAGE",
        "sudo podman image rm IMAGE",
    ),
    "containerd": Engine(
        "sudo ctr images pull --hosts-dir /etc/containerd/certs.d IMAGE",
        "sudo ctr images ls name==IMAGE",
        "sudo ctr images rm IMAGE",
    ),
}
"""The engines by their names in the settings."""

_DEBIAN = PurePosixPath("/usr/local/share/ca-certificates")
FOREIGN = {
    "boot2docker": (PurePosixPath("/var/lib/boot2docker/certs/other.pem"), ""),
    "debian": (_DEBIAN / "other.crt", "update-ca-certificates"),
    "alpine": (_DEBIAN / "other.crt", "update-ca-certificates"),
    "rhel": (PurePosixPath("/etc/pki/ca-trust/source/anchors/other.pem"), "update-ca-trust"),
    "suse": (PurePosixPath("/etc/pki/trust/anchors/other.pem"), "update-ca-certificates"),
}
"""For each system a certificate of somebody else's, and what makes it trusted, if not a reboot."""


@dataclass(frozen=True)
class Client:
    """A host as a client of the registry, by one of its engines."""

    host: SystemHost
    engine: str

    def pulls(self, image: str) -> str:
        """Pulls an image by the client's engine, which has none of it before; what the engine says about it, including
        its digest."""
        engine = ENGINES[self.engine]
        commands = (engine.pull, engine.pulled, engine.forget)
        return self.host.run(" && ".join(each.replace("IMAGE", image) for each in commands))

    def is_refused(self, image: str, entry: str) -> None:
        """Returns when the engine, which finds the registry by that line of the hosts file, says that it does not trust
        it. Go's programs reread the hosts file every five seconds."""
        self.host.run(f"echo '{entry}' | sudo tee -a /etc/hosts")

        def refused() -> bool | None:
            try:
                self.host.run(ENGINES[self.engine].pull.replace("IMAGE", image))
            except CommandError as error:
                return bool(_UNTRUSTED.search(error.output)) or None
            raise AssertionError(f"{self.host.address} trusts the registry")

        wait_for(f"{self.host.address} to refuse the registry", refused, _SECONDS)
        self.host.run(f"grep -vF '{entry}' /etc/hosts | sudo tee /etc/hosts.new && sudo mv /etc/hosts.new /etc/hosts")

    def has_others(self, certificate: str) -> None:
        """Puts somebody else's certificate among the system's and the engine's."""
        path, rebuild = FOREIGN[self.host.system]
        self.host.run(f"sudo mkdir -p {path.parent} && sudo tee {path}", stdin=certificate)
        if not rebuild:
            self.host.restart()
            return  # it forgets the engine's folders at each
        self.host.run(f"sudo {rebuild}")
        folder = f"/etc/{_FOLDERS[self.engine]}/certs.d/other.localdomain"
        self.host.run(f"sudo mkdir -p {folder} && sudo tee {folder}/ca.crt", stdin=certificate)

    def loses(self, reference: str) -> None:
        """Removes what the system has for the registry whose images begin with `reference`."""
        path, rebuild = FOREIGN[self.host.system]
        self.host.run(f"sudo sh -ec 'rm {path.parent}/{reference}*; {rebuild}'")


_FOLDERS = {"docker": "docker", "podman": "containers", "containerd": "containerd"}


def on_all(work: Callable[[Client], T], clients: Mapping[str, Client]) -> dict[str, T]:
    """Does something on all clients at once."""
    with ThreadPoolExecutor(len(clients)) as pool:
        return dict(zip(clients, pool.map(work, clients.values()), strict=True))


def drifted(stack: Stack) -> set[str]:
    """The clients on which the last refresh has found something."""
    resources = json.loads(stack.export())["deployment"]["resources"]
    of_clients = [each for each in resources if each["type"].endswith(("registry:Trust", "registry:TrustCheck"))]
    return {each["outputs"]["name"] for each in of_clients if each["outputs"]["drift"]}


def snapshot(host: SystemHost) -> list[str]:
    """Every file where trust in a registry may have left something, and its SHA-256."""
    places = " ".join(_PLACES)
    printed = host.run(
        f"sudo sh -c 'find {places} -print 2>/dev/null; find {places} -type f -exec sha256sum {{}} + 2>/dev/null; true'"
    )
    return sorted(line for line in printed.splitlines() if not re.search(_THEIRS, line))


def engine_started(client: Client) -> str:
    """Which process the host's Docker engine is, and since when; changes when it restarts."""
    return client.host.run("for each in $(pidof dockerd); do cut -d' ' -f1,22 /proc/$each/stat; done")
