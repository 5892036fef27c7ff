"""The stack's settings: typed, validated once, before anything is touched.

Source: the stack file (`Pulumi.<stack>.yaml`), one configuration key for each field of `Settings`. Whatever is
wrong is reported together by one `SettingsError`, in the terms of that file.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from registry_stack.settings.base import Model
from registry_stack.settings.certificates import CertificateSettings
from registry_stack.settings.clients import ClientSettings
from registry_stack.settings.errors import SettingsError, describe, fault
from registry_stack.settings.machines import DockerMachineSettings, MachineSettings
from registry_stack.settings.values import DnsName, HeaderName, HttpUrl, NameOrAddress, Port


class RegistrySettings(Model):
    """The registry: its names, its address and port, and the image that it runs."""

    name: DnsName = "registry0"
    domain: DnsName = "localdomain"
    address: IPv4Address
    also_known_as: tuple[NameOrAddress, ...] = ()
    port: Port = 443
    image: str = "registry:2"
    image_from: Literal["registry", "workstation"] = "registry"
    machine: MachineSettings | None = None

    @property
    def host(self) -> str:
        """The registry's full DNS name."""
        return f"{self.name}.{self.domain}"

    @property
    def reference(self) -> str:
        """How images of this registry begin: its name, and its port unless that is the default."""
        return self.host if self.port == 443 else f"{self.host}:{self.port}"


class NetworkSettings(Model):
    """The network of the machines; container machines get one of their own with this subnet."""

    subnet: IPv4Network
    gateway: IPv4Address
    interface: str = "eth0"


class EndpointSettings(Model):
    """A webhook that the registry notifies of pushes and pulls. Header values are secret."""

    name: str = Field(min_length=1)
    url: HttpUrl
    headers: dict[HeaderName, tuple[str, ...]] = Field(default_factory=dict)


class Settings(Model):
    """All settings of a stack."""

    registry: RegistrySettings
    network: NetworkSettings
    machine: MachineSettings = MachineSettings()
    clients: tuple[ClientSettings, ...] = ()
    notifications: tuple[EndpointSettings, ...] = ()
    certificates: CertificateSettings = CertificateSettings()
    docker_machine: DockerMachineSettings = DockerMachineSettings()
    hosts_file: Literal["manage", "off"] = "off"
    workstation_trust: Literal["off", "user", "system"] = "off"

    @cached_property
    def machines(self) -> dict[str, MachineSettings]:
        """Every machine of the stack by name, the registry's first; hosts that exist already are none."""
        clients = [(client.name, client.machine) for client in self.clients if client.host is None]
        wanted = [(self.registry.name, self.registry.machine), *clients]
        return {name: machine or self.machine for name, machine in wanted}

    @model_validator(mode="after")
    def _addresses_fit_the_subnet(self) -> Self:
        usable = f"an address within the subnet {self.network.subnet}"
        for key, address in (("registry.address", self.registry.address), ("network.gateway", self.network.gateway)):
            if not is_host_of(self.network.subnet, address):
                raise fault(key, address, usable)
        if self.registry.address == self.network.gateway:
            raise fault("registry.address", self.registry.address, "another address than the gateway's")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        taken = {self.registry.name: "the registry's machine has that name"}
        for index, client in enumerate(self.clients):
            if client.name in taken:
                raise fault(f"clients[{index}].name", client.name, f"a name of its own: {taken[client.name]}")
            taken[client.name] = f"clients[{index}] has that name"
        return self

    @model_validator(mode="after")
    def _container_addresses_are_unique(self) -> Self:
        taken = {self.registry.address: "the registry", self.network.gateway: "the gateway"}
        for name, machine in self.machines.items():
            if machine.driver == "container":
                address = IPv4Address(machine.options["container-address"])
                key = f"container-address of {name}"
                if address in taken:
                    raise fault(key, address, f"an address of its own: {taken[address]} has that one")
                if not is_host_of(self.network.subnet, address):
                    raise fault(key, address, f"an address within the subnet {self.network.subnet}")
                taken[address] = name
        return self

    @model_validator(mode="after")
    def _hosts_are_unique(self) -> Self:
        taken: dict[tuple[str, int], str] = {}
        for index, client in enumerate(self.clients):
            if client.host:
                place = (client.host.address, client.host.port)
                there = "the registry" if place[0] == str(self.registry.address) else taken.get(place)
                if there:
                    key, expected = f"clients[{index}].host.address", f"a host of its own: {there} is there"
                    raise fault(key, client.host.address, expected)
                taken[place] = client.name
        return self


def load(config: Mapping[str, str], project: str, now: datetime | None = None) -> Settings:
    """Reads the settings of `project` from Pulumi's configuration: qualified keys, values as JSON or plain text.
    Certificates in them have to be valid at the moment `now`.

    Raises SettingsError, which names every faulty key, its value, and what would be right.
    """
    prefix = f"{project}:"
    own = {key.removeprefix(prefix): _parsed(text) for key, text in config.items() if key.startswith(prefix)}
    try:
        return Settings.model_validate(own, context=now)
    except ValidationError as error:
        raise SettingsError(describe(error, project, Settings)) from None


def is_host_of(subnet: IPv4Network, address: IPv4Address) -> bool:
    """Whether a host of the subnet can have the address: within it, neither its first nor its last."""
    return address in subnet and address not in (subnet.network_address, subnet.broadcast_address)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
