"""The stack's settings: typed, and validated once, before anything is touched.

Source: the stack file (`Pulumi.<stack>.yaml`), which has a configuration key for each field of `Settings`. One
`SettingsError` reports everything that is wrong, in the words of that file.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from registry_stack.settings.addresses import is_host_of
from registry_stack.settings.base import Model, fault
from registry_stack.settings.certificates import CertificateSettings
from registry_stack.settings.clients import ClientSettings
from registry_stack.settings.conflicts import (
    check_container_addresses,
    check_hosts,
    check_names,
    check_registry_port,
    check_webhooks,
    is_registry,
    planned_machines,
)
from registry_stack.settings.errors import SettingsError, describe
from registry_stack.settings.kinds import SECRET
from registry_stack.settings.machines import DockerMachineSettings, MachineSettings
from registry_stack.settings.network import NetworkSettings
from registry_stack.settings.registry import RegistrySettings
from registry_stack.settings.webhooks import EndpointSettings

PROJECT = "registry-stack"


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
        return {machine.name: machine.settings for machine in planned_machines(self)}

    def is_registry(self, client: ClientSettings) -> bool:
        """Whether a client is the registry's own machine."""
        return is_registry(self, client)

    @model_validator(mode="after")
    def _address_fits_the_network(self) -> Self:
        key, address, network = "registry.address", self.registry.address, self.network
        if not is_host_of(network.subnet, address):
            raise fault(key, address, f"an address within the subnet {network.subnet}")
        if address == network.gateway:
            raise fault(key, address, "an address other than the gateway's")
        return self

    @model_validator(mode="after")
    def _has_no_conflicts(self) -> Self:
        for check in (check_names, check_webhooks, check_registry_port, check_container_addresses, check_hosts):
            check(self)
        return self


def load(
    config: Mapping[str, str], project: str, now: datetime | None = None, secrets: Collection[str] = ()
) -> Settings:
    """Reads the settings of `project` from Pulumi's configuration: qualified keys, values as JSON or plain text.

    Provided certificates must be valid at the moment `now`. `secrets` are the keys whose values were set as secrets.
    Raises SettingsError, which names every faulty key, its value unless that can be a secret, and what is expected.
    """
    prefix = f"{project}:"
    own = {key.removeprefix(prefix): _parsed(text) for key, text in config.items() if key.startswith(prefix)}
    return settings_of(own, project, now, [key.removeprefix(prefix) for key in secrets])


def settings_of(
    values: Mapping[str, Any], project: str = PROJECT, now: datetime | None = None, secrets: Collection[str] = ()
) -> Settings:
    """Settings from plain values, as they stand under `config` in a stack file, without `project:` before each key.

    Raises SettingsError as `load` does: in its texts the keys belong to `project`.
    """
    try:
        return Settings.model_validate(values, context=now)
    except ValidationError as error:
        raise SettingsError(describe(error, project, Settings, secrets)) from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
