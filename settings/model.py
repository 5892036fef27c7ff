"""The stack's settings: typed, validated once, before anything is touched.

Source: the stack file (`Pulumi.<stack>.yaml`), one configuration key for each field of `Settings`. Whatever is
wrong is reported together by one `SettingsError`, in the terms of that file.
"""

import json
import os
from collections.abc import Mapping
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from settings.errors import SettingsError, describe, fault
from settings.values import DnsName, DriverOptions, HeaderName, HostKey, HttpUrl, NameOrAddress, Port

Driver = Literal[
    "container",
    "generic",
    "hyperv",
    "virtualbox",
    "vmwareworkstation",
    "vmwarefusion",
    "vmwarevsphere",
    "amazonec2",
    "azure",
    "digitalocean",
    "exoscale",
    "google",
    "openstack",
    "rackspace",
    "softlayer",
]
TrustKind = Literal["boot2docker", "engine"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True)


class MachineSettings(_Model):
    """What docker-machine makes a machine with; options are the driver's own flags, without their dashes."""

    driver: Driver = "virtualbox"
    options: DriverOptions = {}
    host_key: HostKey | None = None
    adopt: bool = False
    on_destroy: Literal["remove", "keep"] | None = None

    @property
    def keep(self) -> bool:
        """Whether the machine outlives the stack: unless told otherwise, one that the stack did not make does."""
        return self.adopt if self.on_destroy is None else self.on_destroy == "keep"

    @model_validator(mode="after")
    def _adopts_as_it_is(self) -> Self:
        if self.adopt and self.driver == "container":
            raise fault("adopt", self.adopt, "left out for the driver 'container', which makes its machines itself")
        if self.adopt and self.options:
            raise fault("options", dict(self.options), "left out for a machine that is adopted as it is")
        return self

    @model_validator(mode="after")
    def _container_has_address(self) -> Self:
        if self.driver == "container":
            address = self.options.get("container-address")
            try:
                IPv4Address(address)
            except ValueError:
                expected = "the IPv4 address that Docker gives the container at its start"
                raise fault("options.container-address", address, expected) from None
        return self


class RegistrySettings(_Model):
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


class NetworkSettings(_Model):
    """The network of the machines; container machines get one of their own with this subnet."""

    subnet: IPv4Network
    gateway: IPv4Address
    interface: str = "eth0"


class ClientSettings(_Model):
    """A machine whose engine shall trust the registry."""

    name: DnsName
    trust: TrustKind = "engine"
    machine: MachineSettings | None = None


class EndpointSettings(_Model):
    """A webhook that the registry notifies of pushes and pulls. Header values are secret."""

    name: str = Field(min_length=1)
    url: HttpUrl
    headers: dict[HeaderName, tuple[str, ...]] = {}


class DockerMachineSettings(_Model):
    """The docker-machine executable, its storage folder (relative to the program), the seconds that one of its
    operations may take, and how many machines are worked on at once (in fours)."""

    command: str = "docker-machine"
    storage: Path | None = None
    deadline: int = Field(default=600, ge=30, le=7200)
    parallel: int = Field(default=8, ge=1, le=64)

    @property
    def storage_folder(self) -> Path:
        """The storage folder as an absolute path; unless set, docker-machine's own choice."""
        chosen = self.storage or Path(os.environ.get("MACHINE_STORAGE_PATH", "~/.docker/machine"))
        return Path.cwd() / chosen.expanduser()


class Settings(_Model):
    """All settings of a stack."""

    registry: RegistrySettings
    network: NetworkSettings
    machine: MachineSettings = MachineSettings()
    clients: tuple[ClientSettings, ...] = ()
    notifications: tuple[EndpointSettings, ...] = ()
    docker_machine: DockerMachineSettings = DockerMachineSettings()
    hosts_file: Literal["manage", "off"] = "off"

    @cached_property
    def machines(self) -> dict[str, MachineSettings]:
        """Every machine of the stack by name, the registry's first."""
        wanted = [(self.registry.name, self.registry.machine), *((c.name, c.machine) for c in self.clients)]
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


def load(config: Mapping[str, str], project: str) -> Settings:
    """Reads the settings of `project` from Pulumi's configuration: qualified keys, values as JSON or plain text.

    Raises SettingsError, which names every faulty key, its value, and what would be right.
    """
    prefix = f"{project}:"
    own = {key.removeprefix(prefix): _parsed(text) for key, text in config.items() if key.startswith(prefix)}
    try:
        return Settings.model_validate(own)
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
