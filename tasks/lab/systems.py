"""Hosts of the systems that clients may have, for the tests and the bench.

Each is reachable over SSH, and has an engine and a root that keeps its files over restarts. They are made of Debian's
packages. What those lack is imitated:

machine      The program's own container machine, which behaves like a Boot2Docker that nobody has set up yet.
boot2docker  The same with a running engine, of which docker-machine knows nothing.
debian       The init system is imitated: userland, `update-ca-certificates` with `openssl rehash`, and Docker's service
             script are Debian's own, but no systemd runs, and containerd's service script is invented.
alpine       Debian's busybox and OpenRC, with the engine as its service. `update-ca-certificates` is imitated; Alpine's
             is a program in C.
rhel         Debian's userland. Debian's p11-kit, configured with RHEL's folders, writes the bundle where RHEL has it,
             by an `update-ca-trust` with RHEL's options. `systemctl` is imitated, and calls Debian's service script.
suse         The same with SUSE's folders, and an `update-ca-certificates` that does what SUSE's hooks do.

Each has its system's os-release, and its bundle of trusted certificates at that system's place alone.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from pathlib import Path
from typing import Any

import docker
from docker import DockerClient
from docker.models.containers import Container

from images.names import MACHINE, SYSTEMS
from registry_stack.common.archives import pack_files
from registry_stack.common.errors import CommandError, UnreachableError
from registry_stack.common.waiting import wait_for
from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root, run_script
from tasks.lab.hosts import AT_ONCE, create_host, make_network, make_ssh_key, remove_all

SECONDS = 60.0
USER = "docker"
_LABEL = "registry-stack.hosts"
_FIRST = 50


@dataclass(frozen=True)
class SystemHost:
    """A running host. `key` is the file with the private key that logs in, `host_key` is "type base64"."""

    container: Container
    system: str
    address: str
    key: Path
    host_key: str

    @property
    def login(self) -> Login:
        """How to log in."""
        return Login(self.address, USER, self.key.read_text("utf-8"), self.host_key)

    @property
    def client(self) -> dict[str, Any]:
        """The host in the form of a client's setting `host`."""
        return {"address": self.address, "user": USER, "key": str(self.key), "hostKey": self.host_key}

    @property
    def machine(self) -> dict[str, Any]:
        """The host in the form of a setting `machine`, for docker-machine to take over."""
        options = {"ip-address": self.address, "ssh-user": USER, "ssh-key": str(self.key)}
        generic = {f"generic-{option}": value for option, value in options.items()}
        return {"driver": "generic", "hostKey": self.host_key, "options": generic}

    def run(self, command: str, stdin: str = "") -> str:
        """What the command printed. Raises CommandError unless its exit code is 0."""
        return run_script(self.login, command, stdin=stdin)

    def run_as_root(self, script: str, stdin: str = "") -> str:
        """The same as root."""
        return run_as_root(self.login, script, stdin=stdin)

    def push(self, image: str, reference: str) -> str:
        """Copies an image of the local engine to the host's Docker engine, which pushes it; returns its digest."""
        with closing(docker.from_env()) as engine:
            saved = b"".join(engine.images.get(image).save(named=True))
        self.container.put_archive("/var", pack_files({"image.tar": saved}))
        tag = f"docker tag {image} {reference}"
        self.run(f"sudo cat /var/image.tar | docker load && {tag} && sudo rm /var/image.tar")
        pushed = self.run(f"docker push {reference} && docker image rm {reference}")
        return pushed.split("digest: ")[1].split()[0]

    def restart(self) -> None:
        """Shuts the host down and boots it; returns when it is ready."""
        self.container.restart()
        self.wait()

    def wait(self) -> None:
        """Returns when commands run on the host and its engine, if it has one already, answers."""
        ready = "true" if self.system == "machine" else "docker version"
        failures = (CommandError, UnreachableError)
        wait_for(f"the engine of {self.address}", lambda: self.run(ready), SECONDS, failures=failures)


@contextmanager
def network_of_hosts(
    engine: DockerClient, name: str, subnet: IPv4Network, labels: Mapping[str, str]
) -> Iterator[IPv4Address]:
    """A network for hosts; yields the first address that they may have. The network's gateway has its second address.

    Everything with those labels is removed before and afterwards.
    """
    remove_all(engine, labels)
    try:
        make_network(engine, name, subnet, subnet[2], labels)
        yield subnet[_FIRST]
    finally:
        remove_all(engine, labels)


@contextmanager
def system_hosts(
    engine: DockerClient,
    network: str,
    first: IPv4Address,
    systems: Mapping[str, str],
    folder: Path,
    labels: Mapping[str, str],
) -> Iterator[dict[str, SystemHost]]:
    """Hosts by name, at the addresses from `first` on; they are removed afterwards. `systems` is name -> system.

    The network and the images must exist. `folder` is for the hosts' keys.
    """
    own = {_LABEL: network}
    remove_all(engine, own)
    try:
        public, labelled = make_ssh_key(folder / "id_ed25519"), {**labels, **own}

        def start(number: int, name: str, system: str) -> SystemHost:
            address, image = str(first + number), SYSTEMS.get(system, MACHINE)
            created = create_host(engine, image, network=network, name=name, address=address, labels=labelled)
            host = _start(created, system, address, folder, public)
            host.wait()
            return host

        with ThreadPoolExecutor(AT_ONCE) as pool:
            hosts = list(pool.map(start, count(), systems.keys(), systems.values()))
        yield dict(zip(systems, hosts, strict=True))
    finally:
        remove_all(engine, own)


def _start(container: Container, system: str, address: str, folder: Path, public: str) -> SystemHost:
    host_key = folder / f"{container.name}_host"
    known = make_ssh_key(host_key)
    user = {".ssh/authorized_keys": public.encode()}
    if system in SYSTEMS:
        container.put_archive("/etc/ssh", pack_files({"ssh_host_ed25519_key": host_key.read_bytes()}))
        container.put_archive("/home/docker", pack_files(user))
    else:
        kept = {"userdata.tar": pack_files(user), "ssh/ssh_host_ed25519_key": host_key.read_bytes()}
        if system == "boot2docker":
            kept["profile"] = b"DOCKER_STORAGE=overlay2\n"
        container.put_archive(str(PERSISTENT), pack_files(kept))
    container.start()
    return SystemHost(container, system, address, folder / "id_ed25519", known)
