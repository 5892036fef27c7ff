"""The hosts that the guide by hand works on: containers of the same kind as the program's own machines."""

import base64
import io
import socket
import tarfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from docker import DockerClient
from docker.types import IPAMConfig, IPAMPool

from components.container_machine import CAPABILITIES, userdata
from guest.boot2docker import PERSISTENT
from images.names import MACHINE
from providers.waiting import wait_for
from settings import NetworkSettings
from tasks.bench_stack import LABELS, STACK
from tasks.files import write_text

BOOT_SECONDS = 60.0


def make_network(engine: DockerClient, network: NetworkSettings) -> None:
    """Makes the network of the hosts."""
    pool = IPAMPool(subnet=str(network.subnet), gateway=str(network.gateway))
    engine.networks.create(STACK, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=LABELS)


def start_hosts(engine: DockerClient, addresses: Mapping[str, str], public_key: str) -> None:
    """Starts a host for each name, at its address, one by one; returns when all of them take SSH connections."""
    for name, address in addresses.items():
        host = engine.containers.create(
            MACHINE,
            name=f"{STACK}-{name}",
            hostname=name,
            labels=LABELS,
            cap_add=list(CAPABILITIES),
            security_opt=["seccomp=unconfined", "apparmor=unconfined"],
            sysctls={"net.ipv4.ip_forward": "1"},
            cgroupns="private",
            restart_policy={"Name": "always"},
            network=STACK,
            networking_config={STACK: engine.api.create_endpoint_config(ipv4_address=address)},
        )
        host.put_archive(str(PERSISTENT), archive("userdata.tar", base64.b64decode(userdata(public_key))))
        host.start()
    for name, address in addresses.items():
        wait_for(f"SSH on {name}", partial(_takes_connections, address), BOOT_SECONDS)


def remove_all(engine: DockerClient) -> None:
    """Removes every container, with its volumes, and every network of the bench."""
    labelled: dict[str, str | list[str] | bool] = {"label": [f"{key}={value}" for key, value in LABELS.items()]}
    for container in engine.containers.list(all=True, filters=labelled):
        container.remove(force=True, v=True)
    for network in engine.networks.list(filters=labelled):
        network.remove()


def make_ssh_key(path: Path) -> str:
    """Writes a new private key, and returns its public key as authorized_keys has it."""
    key = Ed25519PrivateKey.generate()
    formats = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    write_text(path, key.private_bytes(serialization.Encoding.PEM, *formats).decode(), mode=0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.decode()


def archive(name: str, content: bytes) -> bytes:
    """An archive of one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as members:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        members.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _takes_connections(address: str) -> bool:
    socket.create_connection((address, 22), timeout=5).close()
    return True
