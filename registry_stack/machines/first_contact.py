"""The first connection to a machine whose host key is known, before docker-machine makes one.

docker-machine's own SSH verifies no host key, so this does, just before. It is also the quickest way to wait for the
machine: docker-machine looks every three seconds only.
"""

import time
from collections.abc import Iterable
from contextlib import suppress

from registry_stack.common.errors import DeadlineError, HostKeyError
from registry_stack.common.waiting import wait_for
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.local_engine import wake_container
from registry_stack.remote.ssh import wait_for_host_key

_SECONDS_TO_BOOT = 10


def wait_for_machine(tool: DockerMachine, spec: MachineSpec) -> str | None:
    """Waits until the machine answers with its host key, and returns its address.

    That is the one in its options, unless the machine moved before docker-machine's entry of it was lost. Returns None
    if the host key or the address is not known before docker-machine makes the machine.
    """
    first = spec.options.get("generic-ip-address")
    if spec.host_key is None or not isinstance(first, str):
        return None
    host_key, port = spec.host_key, int(str(spec.options.get("generic-ssh-port", 22)))
    places = dict.fromkeys([first, tool.record(spec.name).last_address or first])
    began = time.monotonic()

    def found() -> str | None:
        if address := _first_of(places, port, host_key):
            return address
        if spec.instance:
            wake_container(spec.name, spec.instance)
        # a destroy that was killed may have forgotten the machine, and left its container where it had moved to
        if spec.moves_to and time.monotonic() - began > _SECONDS_TO_BOOT:
            with suppress(HostKeyError):  # until the machine moves there, that address may be another's
                return _first_of([spec.moves_to], port, host_key)
        return None

    return wait_for(f"the machine {spec.name} at {' or '.join(places)}", found, tool.deadline, failures=())


def _first_of(addresses: Iterable[str], port: int, host_key: str) -> str | None:
    """The first of the addresses where something answers. Raises HostKeyError if it has another host key."""
    for address in addresses:
        try:
            presented = wait_for_host_key(address, port, 0, host_key)
        except DeadlineError:
            continue
        if presented.split()[:2] != host_key.split()[:2]:
            raise HostKeyError(f"{address} presented the host key {presented}, expected {host_key}")
        return address
    return None
