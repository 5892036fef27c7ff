"""Hosts that exist before the program does anything, as a rack or a cloud has them: containers of the local engine."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from docker import DockerClient
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from registry_stack.common.files import write_file
from registry_stack.machines.container import create_options

AT_ONCE = 8


def make_network(
    engine: DockerClient, name: str, subnet: IPv4Network, gateway: IPv4Address, labels: Mapping[str, str]
) -> None:
    """Makes a network for hosts."""
    pool = IPAMPool(subnet=str(subnet), gateway=str(gateway))
    engine.networks.create(name, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=dict(labels))


def create_host(
    engine: DockerClient, image: str, *, network: str, name: str, address: str, labels: Mapping[str, str]
) -> Container:
    """A host in that network, as `<network>-<name>`, that is not started yet. It has what the program gives its own."""
    return engine.containers.create(
        image,
        name=f"{network}-{name}",
        hostname=name,
        labels=dict(labels),
        network=network,
        networking_config={network: engine.api.create_endpoint_config(ipv4_address=address)},
        **create_options(),
    )


def remove_all(engine: DockerClient, labels: Mapping[str, str]) -> None:
    """Removes every container, with its volumes, and every network that has those labels."""
    labelled: dict[str, Any] = {"label": [f"{key}={value}" for key, value in labels.items()]}
    containers = engine.containers.list(all=True, filters=labelled)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda container: container.remove(force=True, v=True), containers))
    for network in engine.networks.list(filters=labelled):
        network.remove()


def make_ssh_key(path: Path) -> str:
    """Writes a new private key, and returns its public key as authorized_keys has it."""
    key = Ed25519PrivateKey.generate()
    formats = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    write_file(path, key.private_bytes(serialization.Encoding.PEM, *formats), mode=0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.decode()
