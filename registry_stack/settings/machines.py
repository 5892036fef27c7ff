"""The settings of machines, and of the docker-machine that makes them."""

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
    "generic-ip-address": "the address of the host that the machine is",
    "generic-ssh-key": "the file of the private key with which the host lets in; no SSH agent is asked for it",
}


class MachineSettings(Model):
    """What docker-machine makes a machine with; options are the driver's own flags, without their dashes."""

    driver: Driver = "virtualbox"
    options: DriverOptions = Field(default_factory=dict)
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
                expected = "the IPv4 address that Docker gives the container at its start"
                raise fault("options.container-address", address, expected) from None
        return self


class DockerMachineSettings(Model):
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
