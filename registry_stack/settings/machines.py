"""The settings of machines, and of the docker-machine that creates them."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from registry_stack.settings.base import Model, fault
from registry_stack.settings.host_keys import HostKey
from registry_stack.settings.kinds import whole_number
from registry_stack.settings.options import check_options
from registry_stack.settings.paths import Folder, ProgramName, spelled_out, with_home
from registry_stack.settings.places import option_names
from registry_stack.settings.values import DriverOptions, Flag

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
    adopt: Flag = Field(default=False, description="Take over a machine that docker-machine has already.")
    on_destroy: Literal["remove", "keep"] | None = Field(
        default=None,
        description="Whether `pulumi destroy` removes the machine (`remove`) or leaves it (`keep`). Unless set, an "
        "adopted machine is kept, and any other is removed.",
    )

    @property
    def keep(self) -> bool:
        """Whether the machine outlives the stack. Unless set, only an adopted one does."""
        return self.adopt if self.on_destroy is None else self.on_destroy == "keep"

    @property
    def outlives_stacks(self) -> bool:
        """Whether the machine is still there when its stack is gone. The generic driver removes none, and what driver
        an adopted one has is docker-machine's to know."""
        return self.keep or self.adopt or self.driver == "generic"

    @model_validator(mode="after")
    def _adopts_as_it_is(self) -> Self:
        if self.adopt and self.driver == "container":
            raise fault("adopt", self.adopt, "left out for the driver 'container', which creates its own machines")
        if self.adopt and self.options:
            expected = f"left out for a machine that is adopted as it is: {option_names(self.options)}"
            raise fault("options", self.options, expected)
        return self

    @model_validator(mode="after")
    def _has_options_for_its_driver(self) -> Self:
        if not self.adopt:
            check_options(self.driver, self.options)
        return self


class DockerMachineSettings(Model):
    """The docker-machine executable, and how it is used."""

    command: ProgramName = Field(
        default="docker-machine",
        description="`docker-machine`, or its maintained fork `rancher-machine`; or the path of one, such as "
        "`~/bin/docker-machine`.",
    )
    storage: Folder | None = Field(
        default=None,
        description="docker-machine's storage folder, relative to the program. Unless set, `$MACHINE_STORAGE_PATH`, or "
        "else `~/.docker/machine`.",
    )
    deadline: Annotated[int, whole_number(30, 7200, "a whole number from 30 to 7200")] = Field(
        default=600, description="How many seconds a single docker-machine operation may take."
    )
    parallel: Annotated[int, whole_number(1, 64, "a whole number from 1 to 64")] = Field(
        default=8, description="How many machines are worked on at once, rounded up to a multiple of 4."
    )

    @property
    def executable(self) -> str:
        """The command, with the home folder in place of a ~."""
        return spelled_out(self.command)

    @property
    def storage_folder(self) -> Path:
        """The storage folder as an absolute path, for the program in the current folder."""
        return self.storage_in(Path.cwd())

    def storage_in(self, program: Path) -> Path:
        """The storage folder for the program in a folder. Unless set, docker-machine's own choice."""
        chosen = self.storage or Path(os.environ.get("MACHINE_STORAGE_PATH") or "~/.docker/machine")
        return program / with_home(str(chosen))
