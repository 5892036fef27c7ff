"""Hosts that exist already, as a rack or a cloud has them: container machines that a test has started itself."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker import DockerClient
from docker.types import IPAMConfig, IPAMPool

from components.container_machine import CAPABILITIES
from images.names import MACHINE
from providers.ssh import wait_for_host_key
from tests.e2e.machine_container import DATA, archive, new_key

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
        """What docker-machine's generic driver has to be told of a host."""
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
def hosts(network: str, subnet: str, names: list[str], folder: Path) -> Iterator[Hosts]:
    """Starts hosts in a network of their own, from `<subnet>.100` on; removes them in the end."""
    with closing(docker.from_env()) as engine:
        _remove(engine, network)
        try:
            pool = IPAMPool(subnet=f"{subnet}.0/24", gateway=f"{subnet}.2")
            ipam = IPAMConfig(pool_configs=[pool])
            engine.networks.create(network, driver="bridge", ipam=ipam, labels={LABEL: network})
            text, key = new_key()
            path = folder / "id_ed25519"
            path.touch(mode=0o600)
            path.write_bytes(text)
            files = {"userdata.tar": archive({".ssh/authorized_keys": f"ssh-ed25519 {key.get_base64()}\n".encode()})}
            addresses = {name: f"{subnet}.{number}" for number, name in enumerate(names, 100)}
            for name, address in addresses.items():
                _start(engine, network, name, address, files)
            shown = {name: wait_for_host_key(address, 22, SECONDS) for name, address in addresses.items()}
            yield Hosts(addresses, path, shown, network)
        finally:
            _remove(engine, network)


def _start(engine: DockerClient, network: str, name: str, address: str, files: dict[str, bytes]) -> None:
    host = engine.containers.create(
        MACHINE,
        name=f"{network}-{name}",
        hostname=name,
        labels={LABEL: network},
        cap_add=list(CAPABILITIES),
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        sysctls={"net.ipv4.ip_forward": "1"},
        cgroupns="private",
        restart_policy={"Name": "always"},
        network=network,
        networking_config={network: engine.api.create_endpoint_config(ipv4_address=address)},
    )
    host.put_archive(DATA, archive(files))
    host.start()


def _remove(engine: DockerClient, network: str) -> None:
    labelled: dict[str, Any] = {"label": f"{LABEL}={network}"}
    for container in engine.containers.list(all=True, filters=labelled):
        container.remove(force=True, v=True)
    for each in engine.networks.list(filters=labelled):
        each.remove()
