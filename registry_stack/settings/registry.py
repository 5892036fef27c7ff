"""The settings of the registry."""

from typing import Literal, Self

from pydantic import Field, model_validator

from registry_stack.settings.addresses import Address, DnsName, KnownAs
from registry_stack.settings.base import Model, fault
from registry_stack.settings.images import ImageReference
from registry_stack.settings.machines import MachineSettings
from registry_stack.settings.values import Flag, Port

LONGEST_MACHINE_NAME = 64
"""A machine's name is its host name. Source: HOST_NAME_MAX of Linux."""
_LONGEST_REFERENCE = 253


class RegistrySettings(Model):
    """The registry: its machine, its names and addresses, and what it runs."""

    name: DnsName = Field(
        default="registry0", description="The name of the registry's machine, and the first label of its DNS name."
    )
    domain: DnsName = Field(default="localdomain", description="The rest of the registry's DNS name.")
    address: Address = Field(
        description="The static IPv4 address that the registry's machine moves to, within `network.subnet`."
    )
    also_known_as: tuple[KnownAs, ...] = Field(
        default=(),
        description="More DNS names, IPv4 and IPv6 addresses by which engines reach the registry. Its certificate "
        "covers them. No wildcards: an engine trusts a registry by its whole name.",
    )
    port: Port = Field(
        default=443,
        description="The registry's port. Any other than 443 becomes part of every image's name. Not 22 or 2376, which "
        "the machine needs for SSH and its engine.",
    )
    image: ImageReference = Field(default="registry:2", description="The image that the registry runs. Pin a tag.")
    image_from: Literal["registry", "workstation"] = Field(
        default="registry",
        description="Where that image comes from: the machine pulls it (`registry`), or your own engine hands it over "
        "(`workstation`), for machines without internet.",
    )
    delete: Flag = Field(
        default=False, description="Whether the registry lets clients delete images. Anybody who can push can delete."
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

    @model_validator(mode="after")
    def _names_are_short_enough(self) -> Self:
        if len(self.name) > LONGEST_MACHINE_NAME:
            raise fault("name", self.name, f"a name of at most {LONGEST_MACHINE_NAME} characters, as machines have it")
        if len(self.reference) > _LONGEST_REFERENCE:
            expected = f"shorter: the registry's name and port should have at most {_LONGEST_REFERENCE} characters"
            raise fault("domain", self.domain, expected)
        return self

    @model_validator(mode="after")
    def _is_not_the_machine_itself(self) -> Self:
        if self.name == "localhost":
            raise fault("name", self.name, "another name: localhost is another machine for each engine")
        return self

    @model_validator(mode="after")
    def _image_can_be_handed_over(self) -> Self:
        if self.image_from == "workstation" and "@" in self.image:
            raise fault("image", self.image, "an image by its tag: a copy from the workstation has no digest")
        return self
