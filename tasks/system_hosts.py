"""Hosts of the systems that clients may have, for the tests and the bench: reachable over SSH, each with an engine of
its own and a root that lasts over restarts.

They are made of Debian's packages, and what those don't have is imitated:

debian  Nothing but its init system: the userland, `update-ca-certificates` with `openssl rehash`, and the engine's
        service script are Debian's own, but no systemd runs.
alpine  busybox (Debian's) and OpenRC (Debian's), with the engine as a service of it. `update-ca-certificates` is an
        imitation of Alpine's, which is a program in C.
rhel    Debian's userland; Debian's p11-kit, told of RHEL's folders, makes the bundle where RHEL has it, by an
        `update-ca-trust` of RHEL's options. `systemctl` is an imitation that calls Debian's service script.
suse    The same with SUSE's folders and an `update-ca-certificates` that does what the hooks of SUSE's do.

Each has the os-release of its system, and its bundle of trusted certificates where that has it, nowhere else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from images.names import SYSTEMS
from providers.errors import CommandError, UnreachableError
from providers.login import Login
from providers.ssh import run_command
from providers.waiting import wait_for
from tasks.hosts import archive, create_host, make_network, make_ssh_key, remove_all

SECONDS = 60.0
USER = "docker"
_FIRST = 50


@dataclass(frozen=True)
class SystemHost:
    """A host that runs. `key` is the file of the private key that logs in, `host_key` is "type base64"."""

    container: Container
    address: str
    key: Path
    host_key: str

    @property
    def login(self) -> Login:
        """How to log in."""
        return Login(self.address, USER, self.key.read_text("utf-8"), self.host_key)

    @property
    def settings(self) -> dict[str, Any]:
        """The host as a client's setting `host`."""
        return {"address": self.address, "user": USER, "key": str(self.key), "hostKey": self.host_key}

    def run(self, command: str, stdin: str = "") -> str:
        """What the command printed. Raises CommandError unless its exit code is 0."""
        return run_command(self.login, command, stdin=stdin)

    def restart(self) -> None:
        """Shuts the host down and boots it again."""
        self.container.restart()
        self.wait()

    def wait(self) -> None:
        """Returns when commands run on the host and its engine answers."""
        wait_for(
            f"the engine of {self.address}",
            lambda: self.run("docker version"),
            SECONDS,
            failures=(CommandError, UnreachableError),
        )


@contextmanager
def system_hosts(
    engine: DockerClient, network: str, subnet: IPv4Network, systems: Mapping[str, str], folder: Path
) -> Iterator[dict[str, SystemHost]]:
    """Hosts by name, `systems` says of which system, in a network of their own; removed in the end.

    Their images have to be there. `folder` is for their keys; the network's gateway has the subnet's second address.
    """
    labels = {"registry-stack.hosts": network}
    remove_all(engine, labels)
    try:
        make_network(engine, network, subnet, subnet[2], labels)
        public = make_ssh_key(folder / "id_ed25519")
        hosts = {}
        for number, (name, system) in enumerate(systems.items(), _FIRST):
            address = str(subnet[number])
            host = create_host(engine, SYSTEMS[system], network=network, name=name, address=address, labels=labels)
            hosts[name] = _start(host, address, folder, public)
        for started in hosts.values():
            started.wait()
        yield hosts
    finally:
        remove_all(engine, labels)


def _start(container: Container, address: str, folder: Path, public: str) -> SystemHost:
    host_key = folder / f"{container.name}_host"
    known = make_ssh_key(host_key)
    container.put_archive("/etc/ssh", archive({"ssh_host_ed25519_key": host_key.read_bytes()}))
    container.put_archive("/home/docker", archive({".ssh/authorized_keys": public.encode()}))
    container.start()
    return SystemHost(container, address, folder / "id_ed25519", known)
