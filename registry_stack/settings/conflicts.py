"""What the machines and clients of one stack can't have together."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from registry_stack.settings.addresses import is_host_of, same_host
from registry_stack.settings.base import fault
from registry_stack.settings.clients import ClientSettings
from registry_stack.settings.machines import MachineSettings
from registry_stack.settings.options import ENGINE_PORT, ssh_port
from registry_stack.settings.registry import LONGEST_MACHINE_NAME

if TYPE_CHECKING:
    from registry_stack.settings.model import Settings

SshServer = tuple[str, int]
_ADDRESS_OPTIONS = {"container": "container-address", "generic": "generic-ip-address"}


@dataclass(frozen=True)
class PlannedMachine:
    """A machine by its name, the key of its settings, and those."""

    name: str
    key: str
    settings: MachineSettings

    @property
    def address_option(self) -> str | None:
        """The option that says where it is at first, if its driver has one."""
        return None if self.settings.adopt else _ADDRESS_OPTIONS.get(self.settings.driver)

    @property
    def address(self) -> str | None:
        """Where it is at first, if the settings say so."""
        option = self.address_option
        return None if option is None else same_host(str(self.settings.options[option]))

    @property
    def server(self) -> SshServer | None:
        """Its SSH server, if the settings say where it is."""
        return None if self.address is None else (self.address, ssh_port(self.settings.options))


def planned_machines(settings: "Settings") -> Iterator[PlannedMachine]:
    """Every machine of the stack, the registry's first. A host that exists already is not a machine."""
    registry = settings.registry
    yield _planned(registry.name, "registry.machine", registry.machine, settings)
    for index, client in enumerate(settings.clients):
        if client.host is None and client.name != registry.name:
            yield _planned(client.name, f"clients[{index}].machine", client.machine, settings)


def _planned(name: str, key: str, own: MachineSettings | None, settings: "Settings") -> PlannedMachine:
    return PlannedMachine(name, key, own) if own else PlannedMachine(name, "machine", settings.machine)


def check_names(settings: "Settings") -> None:
    """Raises a fault unless each client has a name of its own. A client may have that of the registry's machine: it is
    that machine."""
    taken: dict[str, str] = {}
    for index, client in enumerate(settings.clients):
        key = f"clients[{index}].name"
        if client.name in taken:
            raise fault(key, client.name, f"a unique name: {taken[client.name]} has it already")
        if client.name == settings.registry.name and (client.host or client.machine):
            expected = "a unique name: the registry's machine has it already, and is set up by registry.machine"
            raise fault(key, client.name, expected)
        if client.host is None and len(client.name) > LONGEST_MACHINE_NAME:
            raise fault(key, client.name, f"a name of at most {LONGEST_MACHINE_NAME} characters, as machines have it")
        taken[client.name] = f"clients[{index}]"


def check_webhooks(settings: "Settings") -> None:
    """Raises a fault unless each webhook has a name of its own."""
    taken: dict[str, int] = {}
    for index, endpoint in enumerate(settings.notifications):
        if endpoint.name in taken:
            expected = f"a unique name: notifications[{taken[endpoint.name]}] has it already"
            raise fault(f"notifications[{index}].name", endpoint.name, expected)
        taken[endpoint.name] = index


def check_registry_port(settings: "Settings") -> None:
    """Raises a fault if the registry's machine needs the registry's port for something else."""
    registry = settings.registry
    machine = registry.machine or settings.machine
    needed = {ssh_port(machine.options): "its SSH server", ENGINE_PORT: "its Docker engine"}
    if registry.port in needed:
        raise fault("registry.port", registry.port, f"a port that is free: {needed[registry.port]} has it")


def check_container_addresses(settings: "Settings") -> None:
    """Raises a fault unless each container machine has an address of its own, in the subnet."""
    network = settings.network
    taken = {settings.registry.address: "the registry", network.gateway: "the gateway"}
    for machine in planned_machines(settings):
        if machine.settings.driver == "container":
            address, key = IPv4Address(machine.address), f"{machine.key}.options.container-address"
            if address in taken:
                raise fault(key, address, f"a unique address for {machine.name}: {taken[address]} has it already")
            if not is_host_of(network.subnet, address):
                raise fault(key, address, f"an address within the subnet {network.subnet}")
            taken[address] = machine.name


def check_hosts(settings: "Settings") -> None:
    """Raises a fault unless each machine and each client is a host of its own. One client may be the registry's."""
    registry = settings.registry
    taken: dict[SshServer, str] = {}
    for machine in planned_machines(settings):
        key = f"{machine.key}.options.{machine.address_option}"
        if machine.name != registry.name and machine.address == str(registry.address):
            raise fault(key, machine.address, f"a host of its own for {machine.name}: the registry has that address")
        if machine.server and machine.server in taken:
            expected = f"a host of its own for {machine.name}: {taken[machine.server]} has that address"
            raise fault(key, machine.address, expected)
        if machine.server:
            taken[machine.server] = machine.name
    _check_clients(settings, taken)


def _check_clients(settings: "Settings", taken: dict[SshServer, str]) -> None:
    own = [client.name for client in settings.clients if is_registry(settings, client)]
    for index, client in enumerate(settings.clients):
        if client.host is None:
            continue
        server = same_host(client.host.address), client.host.port
        there = own[0] if client.name in own[1:] else None
        if not is_registry(settings, client):
            there = taken.setdefault(server, client.name)
        if there not in (None, client.name):
            expected = f"a host of its own: {there} has that address"
            raise fault(f"clients[{index}].host.address", client.host.address, expected)


def is_registry(settings: "Settings", client: ClientSettings) -> bool:
    """Whether a client is the registry's own machine: by its name, or as the host at its address."""
    if client.host is None:
        return client.name == settings.registry.name
    server = same_host(client.host.address), client.host.port
    return server[0] == str(settings.registry.address) or server == next(planned_machines(settings)).server
