"""Hosts that exist before the program starts, as in a rack or a cloud: containers of the local engine."""

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
    """Creates a network for hosts."""
    pool = IPAMPool(subnet=str(subnet), gateway=str(gateway))
    engine.networks.create(name, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=dict(labels))


def create_host(
    engine: DockerClient, image: str, *, network: str, name: str, address: str, labels: Mapping[str, str]
) -> Container:
    """Creates a host in that network, as `<network>-<name>`, with the options of the program's own container machines;
    it is not started."""
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
    """Removes all containers, with their volumes, and all networks that have those labels."""
    labelled: dict[str, Any] = {"label": [f"{key}={value}" for key, value in labels.items()]}
    containers = engine.containers.list(all=True, filters=labelled)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda container: container.remove(force=True, v=True), containers))
    for network in engine.networks.list(filters=labelled):
        network.remove()


def make_ssh_key(path: Path) -> str:
    """Writes a new private key; returns its public key in the format of authorized_keys."""
    key = Ed25519PrivateKey.generate()
    formats = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    write_file(path, key.private_bytes(serialization.Encoding.PEM, *formats), mode=0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.decode()
