"""The settings of clients: which engines trust the registry, how far, and how they are reached."""

from typing import Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from registry_stack.settings.addresses import DnsName, HostAddress, UserName
from registry_stack.settings.base import Model, fault
from registry_stack.settings.host_keys import HostKey
from registry_stack.settings.machines import MachineSettings
from registry_stack.settings.paths import KeyFile
from registry_stack.settings.values import Port

TrustScope = Literal["engine", "system"]
SystemChoice = Literal["auto", "boot2docker", "coreos", "debian", "rhel", "alpine", "suse"]
EngineName = Literal["docker", "podman", "containerd"]


class HostSettings(Model):
    """A host that exists already, with an engine on it."""

    address: HostAddress = Field(description="The DNS name, IPv4 or IPv6 address of the host's SSH server.")
    user: UserName = Field(default="root", description="`root`, or a user that has sudo without a password.")
    port: Port = Field(default=22, description="The port of the host's SSH server.")
    key: KeyFile | None = Field(
        default=None,
        description="The path of a private key's file, which is read when it is needed. Unless set, the SSH agent's "
        "keys are used.",
    )
    host_key: HostKey = Field(
        description="The host's SSH host key: the line that `ssh-keyscan -t ed25519 HOST` prints, without the host; or "
        "the line of its `.pub` file."
    )

    @property
    def ssh_url(self) -> str:
        """The host as Docker and SSH take it: `ssh://user@host:port`, with what would mean something else encoded."""
        host = quote(self.address, safe=":.")
        return f"ssh://{quote(self.user, safe='')}@{f'[{host}]' if ':' in host else host}:{self.port}"


class ClientSettings(Model):
    """An engine that should trust the registry, on a machine of docker-machine or on a host that exists already."""

    name: DnsName = Field(description="The client's name, and that of its machine.")
    trust: TrustScope = Field(
        default="engine",
        description="How far the client trusts the registry: by its engine alone (`engine`) or as a whole (`system`).",
    )
    os: SystemChoice = Field(
        default="auto",
        description="The client's system: `boot2docker`, `coreos`, `debian`, `rhel`, `alpine` or `suse`. `auto` "
        "reads it from `/etc/os-release`.",
    )
    engine: EngineName = Field(
        default="docker",
        description="The client's engine: `docker`, or, with a `host`, `podman` or `containerd`.",
    )
    machine: MachineSettings | None = Field(
        default=None, description="How the client's machine is created. Unless set, as `machine` says."
    )
    host: HostSettings | None = Field(default=None, description="A host that exists already, instead of a machine.")

    @model_validator(mode="after")
    def _is_a_machine_or_a_host(self) -> Self:
        if self.machine and self.host:
            raise fault("host", self.host.address, "left out for a client that has a machine")
        return self

    @model_validator(mode="after")
    def _has_its_engine(self) -> Self:
        if self.engine != "docker" and self.host is None:
            raise fault("engine", self.engine, "'docker' on a machine of docker-machine; another engine needs a host")
        if self.engine != "docker" and self.os == "boot2docker":
            raise fault("engine", self.engine, "'docker', the only engine that Boot2Docker has")
        return self
