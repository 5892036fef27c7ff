"""The settings of clients: whose engine shall trust the registry, how far, and how it is reached."""

from typing import Literal, Self

from pydantic import model_validator

from registry_stack.settings.base import Model
from registry_stack.settings.errors import fault
from registry_stack.settings.machines import MachineSettings
from registry_stack.settings.values import DnsName, HostKey, KeyFile, NameOrAddress, Port, UserName

TrustScope = Literal["engine", "system"]
SystemChoice = Literal["auto", "boot2docker", "coreos", "debian", "rhel", "alpine", "suse"]
EngineName = Literal["docker", "podman", "containerd"]


class HostSettings(Model):
    """A host that exists already, with an engine on it. `key` is the file of a private key, read when it is needed;
    without one the SSH agent's keys are used."""

    address: NameOrAddress
    user: UserName = "root"
    port: Port = 22
    key: KeyFile | None = None
    host_key: HostKey


class ClientSettings(Model):
    """An engine that shall trust the registry, alone or with its whole system; it runs on a machine that docker-machine
    makes, or on a host that exists."""

    name: DnsName
    trust: TrustScope = "engine"
    os: SystemChoice = "auto"
    engine: EngineName = "docker"
    machine: MachineSettings | None = None
    host: HostSettings | None = None

    @model_validator(mode="after")
    def _is_a_machine_or_a_host(self) -> Self:
        if self.machine and self.host:
            raise fault("host", self.host.address, "left out for a client that has a machine")
        return self

    @model_validator(mode="after")
    def _has_its_engine(self) -> Self:
        if self.engine != "docker" and self.host is None:
            raise fault("engine", self.engine, "'docker' on a machine of docker-machine's; for another, name its host")
        if self.engine != "docker" and self.os == "boot2docker":
            raise fault("engine", self.engine, "'docker', the only engine of a Boot2Docker")
        return self
