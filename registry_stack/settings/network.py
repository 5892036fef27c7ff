"""The settings of the machines' network."""

from typing import Self

from pydantic import Field, model_validator

from registry_stack.settings.addresses import Address, Interface, Subnet, is_host_of
from registry_stack.settings.base import Model, fault


class NetworkSettings(Model):
    """The network of the machines."""

    subnet: Subnet = Field(description="The subnet, without host bits, such as `192.168.233.0/24`.")
    gateway: Address = Field(description="The gateway's IPv4 address, within the subnet.")
    nameservers: tuple[Address, ...] = Field(
        default=(),
        description="The IPv4 addresses of the name servers of the registry's machine, once it has its static address. "
        "Unless set, it keeps those that it had.",
    )
    interface: Interface = Field(default="eth0", description="The interface that gets the registry's static address.")

    @model_validator(mode="after")
    def _gateway_is_in_the_subnet(self) -> Self:
        if not is_host_of(self.subnet, self.gateway):
            raise fault("gateway", self.gateway, f"an address within the subnet {self.subnet}")
        return self

    @model_validator(mode="after")
    def _name_servers_can_be_asked(self) -> Self:
        for index, address in enumerate(self.nameservers):
            if address.is_unspecified or address.is_multicast or address.is_reserved:
                raise fault(f"nameservers[{index}]", address, "the address of a name server")
        return self
