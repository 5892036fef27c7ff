"""Hosts that exist already, as a rack or a cloud has them: container machines that a test has started itself."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import docker

from images.names import MACHINE
from registry_stack.common.archives import pack_files
from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.remote.ssh import wait_for_host_key
from tasks.lab.hosts import create_host, make_network, make_ssh_key, remove_all
from tests.e2e.machine_container import PROFILE

LABEL = "registry-stack.test"
SECONDS = 60


@dataclass(frozen=True)
class Hosts:
    """Hosts by name with their addresses. `key` is the file of the private key for all of them; `host_keys` by name."""

    addresses: Mapping[str, str]
    key: Path
    host_keys: Mapping[str, str]
    network: str

    def options(self, name: str) -> dict[str, str]:
        """What docker-machine's generic driver has to know about a host."""
        return {
            "generic-ip-address": self.addresses[name],
            "generic-ssh-user": "docker",
            "generic-ssh-key": str(self.key),
        }

    def is_running(self, name: str) -> bool:
        """Whether the host is there and runs."""
        with closing(docker.from_env()) as engine:
            return bool(engine.containers.get(f"{self.network}-{name}").status == "running")


@contextmanager
def hosts(
    network: str, subnet: str, names: list[str], folder: Path, with_engine: Collection[str] = ()
) -> Iterator[Hosts]:
    """Starts hosts in a network of their own, from `<subnet>.100` on; removes them at the end.

    Those in `with_engine` have an engine that runs already, which only they themselves reach.
    """
    labels = {LABEL: network}
    with closing(docker.from_env()) as engine:
        remove_all(engine, labels)
        try:
            make_network(engine, network, IPv4Network(f"{subnet}.0/24"), IPv4Address(f"{subnet}.2"), labels)
            public = make_ssh_key(folder / "id_ed25519")
            files = {"userdata.tar": pack_files({".ssh/authorized_keys": public.encode()})}
            profile = {"profile": PROFILE.encode()}
            addresses = {name: f"{subnet}.{number}" for number, name in enumerate(names, 100)}
            for name, address in addresses.items():
                host = create_host(engine, MACHINE, network=network, name=name, address=address, labels=labels)
                host.put_archive(str(PERSISTENT), pack_files(files | profile if name in with_engine else files))
                host.start()
            shown = {name: wait_for_host_key(address, 22, SECONDS) for name, address in addresses.items()}
            yield Hosts(addresses, folder / "id_ed25519", shown, network)
        finally:
            remove_all(engine, labels)
