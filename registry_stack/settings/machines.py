"""The settings of machines, and of the docker-machine that creates them."""

import os
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from registry_stack.settings.base import Model
from registry_stack.settings.errors import fault
from registry_stack.settings.values import DriverOptions, HostKey

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

_GENERIC = {
    "generic-ip-address": "the address of the host",
    "generic-ssh-key": "the path of the private key that the host accepts; an SSH agent's keys are not used",
}


class MachineSettings(Model):
    """How docker-machine creates a machine."""

    driver: Driver = Field(
        default="virtualbox",
        description="docker-machine's driver. `container` is this project's own: a container of the workstation's "
        "engine.",
    )
    options: DriverOptions = Field(
        default_factory=dict,
        description="The driver's flags without their dashes, as `docker-machine create --driver NAME --help` lists "
        "them.",
    )
    host_key: HostKey | None = Field(
        default=None,
        description="The machine's SSH host key, if you know it beforehand. Unless set, it is read once, when the "
        "machine is created.",
    )
    adopt: bool = Field(default=False, description="Take over a machine that docker-machine has already.")
    on_destroy: Literal["remove", "keep"] | None = Field(
        default=None,
        description="Whether `pulumi destroy` removes the machine (`remove`) or leaves it (`keep`). Unless set, an "
        "adopted machine is kept, and any other is removed.",
    )

    @property
    def keep(self) -> bool:
        """Whether the machine outlives the stack. Unless set, only an adopted one does."""
        return self.adopt if self.on_destroy is None else self.on_destroy == "keep"

    @model_validator(mode="after")
    def _adopts_as_it_is(self) -> Self:
        if self.adopt and self.driver == "container":
            raise fault("adopt", self.adopt, "left out for the driver 'container', which creates its own machines")
        if self.adopt and self.options:
            # their names alone: a value may be an access key
            raise fault("options", ", ".join(self.options), "left out for a machine that is adopted as it is")
        return self

    @model_validator(mode="after")
    def _host_is_named(self) -> Self:
        if self.driver == "generic" and not self.adopt:
            for option, expected in _GENERIC.items():
                if not self.options.get(option):
                    raise fault(f"options.{option}", self.options.get(option), expected)
        return self

    @model_validator(mode="after")
    def _container_has_address(self) -> Self:
        if self.driver == "container":
            address = self.options.get("container-address")
            try:
                IPv4Address(address)
            except ValueError:
                expected = "the IPv4 address that Docker assigns to the container"
                raise fault("options.container-address", address, expected) from None
        return self


class DockerMachineSettings(Model):
    """The docker-machine executable, and how it is used."""

    command: str = Field(
        default="docker-machine", description="`docker-machine`, or its maintained fork `rancher-machine`."
    )
    storage: Path | None = Field(
        default=None,
        description="docker-machine's storage folder, relative to the program. Unless set, `$MACHINE_STORAGE_PATH`, or "
        "else `~/.docker/machine`.",
    )
    deadline: int = Field(
        default=600, ge=30, le=7200, description="How many seconds a single docker-machine operation may take."
    )
    parallel: int = Field(
        default=8, ge=1, le=64, description="How many machines are worked on at once, rounded up to a multiple of 4."
    )

    @property
    def storage_folder(self) -> Path:
        """The storage folder as an absolute path. Unless set, docker-machine's own choice."""
        chosen = self.storage or Path(os.environ.get("MACHINE_STORAGE_PATH", "~/.docker/machine"))
        return Path.cwd() / chosen.expanduser()
