"""The hosts that the guide by hand works on: containers of the same kind as the program's own machines."""

import socket
from collections.abc import Mapping
from functools import partial

from docker import DockerClient

from images.names import MACHINE
from registry_stack.common.archives import pack_files
from registry_stack.common.waiting import wait_for
from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.machines.container import userdata
from tasks.bench.stack import LABELS, STACK
from tasks.lab.hosts import create_host

BOOT_SECONDS = 60.0


def start_hosts(engine: DockerClient, addresses: Mapping[str, str], public_key: str) -> None:
    """Starts a host for each name, at its address, one by one; returns when all accept SSH connections."""
    files = pack_files({"userdata.tar": userdata(public_key)})
    for name, address in addresses.items():
        host = create_host(engine, MACHINE, network=STACK, name=name, address=address, labels=LABELS)
        host.put_archive(str(PERSISTENT), files)
        host.start()
    for name, address in addresses.items():
        wait_for(f"SSH on {name}", partial(_connect, address), BOOT_SECONDS)


def _connect(address: str) -> bool:
    socket.create_connection((address, 22), timeout=5).close()
    return True
