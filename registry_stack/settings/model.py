"""The stack's settings: typed, and validated once, before anything is touched.

Source: the stack file (`Pulumi.<stack>.yaml`), which has a configuration key for each field of `Settings`. One
`SettingsError` reports everything that is wrong, in the words of that file.
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
from registry_stack.settings.values import SECRET, DnsName, HeaderName, HttpUrl, NameOrAddress, Port, SecretText, Subnet

PROJECT = "registry-stack"


class RegistrySettings(Model):
    """The registry: its machine, its names and addresses, and what it runs."""

    name: DnsName = Field(
        default="registry0", description="The name of the registry's machine, and the first label of its DNS name."
    )
    domain: DnsName = Field(default="localdomain", description="The rest of the registry's DNS name.")
    address: IPv4Address = Field(
        description="The static IPv4 address that the registry's machine moves to, within `network.subnet`."
    )
    also_known_as: tuple[NameOrAddress, ...] = Field(
        default=(),
        description="More DNS names and IPv4 addresses by which engines reach the registry. Its certificate covers "
        "them.",
    )
    port: Port = Field(
        default=443, description="The registry's port. Any other than 443 becomes part of every image's name."
    )
    image: str = Field(default="registry:2", description="The image that the registry runs. Pin a tag.")
    image_from: Literal["registry", "workstation"] = Field(
        default="registry",
        description="Where that image comes from: the machine pulls it (`registry`), or your own engine hands it over "
        "(`workstation`), for machines without internet.",
    )
    machine: MachineSettings | None = Field(
        default=None, description="How the registry's machine is created. Unless set, as `machine` says."
    )

    @property
    def host(self) -> str:
        """The registry's full DNS name."""
        return f"{self.name}.{self.domain}"

    @property
    def reference(self) -> str:
        """How images of this registry begin: its name, and its port unless that is the default."""
        return self.host if self.port == 443 else f"{self.host}:{self.port}"


class NetworkSettings(Model):
    """The network of the machines."""

    subnet: Subnet = Field(description="The subnet, without host bits, such as `192.168.233.0/24`.")
    gateway: IPv4Address = Field(description="The gateway's IPv4 address, within the subnet.")
    interface: str = Field(default="eth0", description="The interface that gets the registry's static address.")


class EndpointSettings(Model):
    """A webhook that the registry notifies of pushes and pulls."""

    name: str = Field(min_length=1, description="The webhook's name.")
    url: HttpUrl = Field(description="Where the registry sends its events.", json_schema_extra=SECRET)
    headers: dict[HeaderName, tuple[SecretText, ...]] = Field(
        default_factory=dict,
        description="HTTP headers to send, each with a list of values, which should be secrets.",
    )


class Settings(Model):
    """All settings of a stack."""

    registry: RegistrySettings = Field(
        description="The registry: its machine, its names and addresses, and what it runs."
    )
    network: NetworkSettings = Field(
        description="The machines' network. Container machines get a network of their own with this subnet."
    )
    machine: MachineSettings = Field(
        default=MachineSettings(),
        description="How machines are created, unless the registry or a client says otherwise.",
        json_schema_extra=SECRET,
    )
    clients: tuple[ClientSettings, ...] = Field(
        default=(), description="The clients: engines that should trust the registry."
    )
    notifications: tuple[EndpointSettings, ...] = Field(
        default=(), description="Webhooks that the registry notifies of pushes and pulls.", json_schema_extra=SECRET
    )
    certificates: CertificateSettings = Field(
        default=CertificateSettings(),
        description="The registry's certificate, and the authorities that sign it.",
        json_schema_extra=SECRET,
    )
    docker_machine: DockerMachineSettings = Field(
        default=DockerMachineSettings(), description="The docker-machine executable, and how it is used."
    )
    hosts_file: Literal["manage", "off"] = Field(
        default="off",
        description="`manage` writes the registry's names into this workstation's hosts file; `off` leaves it alone.",
    )
    workstation_trust: Literal["off", "user", "system"] = Field(
        default="off",
        description="What on this workstation trusts the registry: nothing (`off`), your own engines (`user`), or the "
        "whole system (`system`).",
    )

    @cached_property
    def machines(self) -> dict[str, MachineSettings]:
        """Every machine of the stack by name, the registry's first. A host that exists already is not a machine."""
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
            raise fault("registry.address", self.registry.address, "an address other than the gateway's")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        taken = {self.registry.name: "the registry's machine"}
        for index, client in enumerate(self.clients):
            if client.name in taken:
                raise fault(
                    f"clients[{index}].name", client.name, f"a unique name: {taken[client.name]} has it already"
                )
            taken[client.name] = f"clients[{index}]"
        return self

    @model_validator(mode="after")
    def _container_addresses_are_unique(self) -> Self:
        taken = {self.registry.address: "the registry", self.network.gateway: "the gateway"}
        for name, machine in self.machines.items():
            if machine.driver == "container":
                address = IPv4Address(machine.options["container-address"])
                key = f"container-address of {name}"
                if address in taken:
                    raise fault(key, address, f"a unique address: {taken[address]} has it already")
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
                    key, expected = f"clients[{index}].host.address", f"a host of its own: {there} has that address"
                    raise fault(key, client.host.address, expected)
                taken[place] = client.name
        return self


def load(config: Mapping[str, str], project: str, now: datetime | None = None) -> Settings:
    """Reads the settings of `project` from Pulumi's configuration: qualified keys, values as JSON or plain text.

    Provided certificates must be valid at the moment `now`. Raises SettingsError, which names every faulty key, its
    value, and what is expected.
    """
    prefix = f"{project}:"
    own = {key.removeprefix(prefix): _parsed(text) for key, text in config.items() if key.startswith(prefix)}
    return settings_of(own, project, now)


def settings_of(values: Mapping[str, Any], project: str = PROJECT, now: datetime | None = None) -> Settings:
    """Settings from plain values, as they stand under `config` in a stack file, without `project:` before each key.

    Raises SettingsError as `load` does: in its texts the keys belong to `project`.
    """
    try:
        return Settings.model_validate(values, context=now)
    except ValidationError as error:
        raise SettingsError(describe(error, project, Settings)) from None


def is_host_of(subnet: IPv4Network, address: IPv4Address) -> bool:
    """Whether a host of the subnet can have the address: any but the first and the last."""
    return address in subnet and address not in (subnet.network_address, subnet.broadcast_address)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
