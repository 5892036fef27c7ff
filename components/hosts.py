"""How the steps after a machine's creation reach it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi_command import remote

from providers.base import Tool
from providers.machine import Machine
from registry_stack.guest.scripts import as_root
from registry_stack.remote.docker_engine import PORT, remove_container
from registry_stack.settings import HostSettings


@dataclass(frozen=True)
class Access:
    """A machine and the address at which it answers; steps that move it hand on another Access.

    `host` is what everything on the machine goes with, `certificates` the folder of the client certificate for its
    engine, `keep`: the machine outlives the stack.
    """

    name: str
    machine: Machine
    host: pulumi.Resource
    address: pulumi.Output[str]
    tool: Tool
    process: pulumi.ProviderResource
    certificates: pulumi.Input[str]
    keep: bool = False

    @property
    def login(self) -> dict[str, pulumi.Output[Any]]:
        """What this program's own providers need for SSH, with the pinned host key."""
        return {
            "host": self.address,
            "port": self.machine.port,
            "user": self.machine.user,
            "private_key": self.machine.private_key,
            "host_key": self.machine.host_key,
        }

    @property
    def serial(self) -> pulumi.Output[str]:
        """Another text for every machine that is made."""
        return self.machine.serial

    @property
    def engine_url(self) -> pulumi.Output[str]:
        """The engine's TLS endpoint."""
        return pulumi.Output.format("tcp://{0}:{1}", self.address, PORT)

    def living(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for whatever lives on the machine: it goes when the machine goes, without a call of its own."""
        return pulumi.ResourceOptions(parent=parent, deleted_with=self.host)

    def dynamic(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """The same for a resource of this program's own providers, in the machine's own process of them."""
        return pulumi.ResourceOptions.merge(self.living(parent), pulumi.ResourceOptions(provider=self.process))

    def command(
        self,
        name: str,
        create: str,
        opts: pulumi.ResourceOptions,
        *,
        stdin: pulumi.Input[str],
    ) -> remote.Command:
        """A script run as root on the machine when the resource is made, or anything about it changes."""
        return remote.Command(
            name,
            connection=remote.ConnectionArgs(**self.login, dial_error_limit=20),
            create=as_root(create),
            stdin=stdin,
            triggers=[self.machine.serial],
            add_previous_output_in_env=False,
            opts=opts,
        )

    def summary(self, trust: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
        """What another stack needs to use the machine's engine, and how far that trusts the registry."""
        return pulumi.Output.all(
            address=self.address, engine=self.engine_url, certPath=self.machine.folder, trust=trust
        )

    def trusting(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for trust on the machine: it is taken away from a machine that outlives the stack."""
        gone = None if self.keep else self.host
        return pulumi.ResourceOptions(parent=parent, deleted_with=gone, provider=self.process)

    def engine(self, name: str, opts: pulumi.ResourceOptions) -> docker.Provider:
        """The provider for resources on the machine's engine, over TLS verified in both directions."""
        return docker.Provider(name, host=self.engine_url, cert_path=self.certificates, opts=opts)

    async def remove_container(self, name: str, labels: Mapping[str, str]) -> None:
        """Removes the container of that name and those labels from the machine's engine."""
        address, folder = await self.address.future(), await self.machine.folder.future()
        if address and folder:
            await asyncio.to_thread(remove_container, address, Path(folder), name, labels)


@dataclass(frozen=True)
class HostAccess:
    """A host that exists already, and the process for what this program's own providers do there."""

    host: HostSettings
    process: pulumi.ProviderResource

    @property
    def login(self) -> dict[str, pulumi.Input[Any]]:
        """What this program's own providers need for SSH; the key is read when it is used, and in no state."""
        login: dict[str, pulumi.Input[Any]] = {
            "host": self.host.address,
            "port": self.host.port,
            "user": self.host.user,
            "host_key": self.host.host_key,
        }
        return login if self.host.key is None else {**login, "key_file": self.host.key}

    @property
    def serial(self) -> str:
        """None of this program's: a host that is another one has another address and host key."""
        return ""

    def trusting(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for trust on the host."""
        return pulumi.ResourceOptions(parent=parent, provider=self.process)

    def summary(self, trust: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
        """How another stack reaches the host, and how far its engine trusts the registry."""
        ssh = f"ssh://{self.host.user}@{self.host.address}:{self.host.port}"
        return pulumi.Output.all(address=self.host.address, ssh=ssh, trust=trust)
