"""How the steps after a machine's creation reach it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pulumi
import pulumi_docker as docker
from pulumi_command import remote

from providers.base import Tool
from providers.machine import Machine
from registry_stack.guest.scripts import as_root
from registry_stack.remote.docker_engine import PORT, claim_name
from registry_stack.settings import HostSettings

_DIALS = 20


class Host(Protocol):
    """What a client's trust needs to know of the host that the client is."""

    @property
    def login(self) -> Mapping[str, pulumi.Input[Any]]:
        """What this program's own providers need for SSH, with the pinned host key."""

    @property
    def serial(self) -> pulumi.Input[str]:
        """Changes whenever the host is recreated."""

    def for_trust(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for trust on the host."""

    def summary(self, trust: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
        """How another stack reaches the host, and how far its engine trusts the registry."""


@dataclass(frozen=True)
class MadeHost:
    """A machine of docker-machine's, and the address at which it answers. A step that moves it returns another one.

    What is on the machine goes with `tied_to`. `certificates` is the folder of the client certificate for its engine;
    `keep`: the user wants the machine to outlive the stack; `outlives`: it does, as no driver removes it. `has_disk`:
    it may lose its power, and then what is not on its disk.
    """

    name: str
    machine: Machine
    tied_to: pulumi.Resource
    address: pulumi.Output[str]
    tool: Tool
    process: pulumi.ProviderResource
    certificates: pulumi.Input[str]
    keep: bool = False
    outlives: bool = False
    has_disk: bool = False

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
        """Changes whenever the machine is recreated."""
        return self.machine.serial

    @property
    def engine_url(self) -> pulumi.Output[str]:
        """The engine's TLS endpoint."""
        return pulumi.Output.format("tcp://{0}:{1}", self.address, PORT)

    def on_machine(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for what is on the machine: it goes when the machine goes, and is not deleted by itself."""
        return pulumi.ResourceOptions(parent=parent, deleted_with=self.tied_to)

    def by_our_provider(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """The same for a resource of this program's own providers, in the machine's process for them."""
        return pulumi.ResourceOptions.merge(self.on_machine(parent), pulumi.ResourceOptions(provider=self.process))

    def by_our_provider_for_good(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """The same for what is taken away by a call of its own from a machine that outlives the stack."""
        gone = None if self.outlives else self.tied_to
        return pulumi.ResourceOptions(parent=parent, deleted_with=gone, provider=self.process)

    def for_trust(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for trust on the machine."""
        return self.by_our_provider_for_good(parent)

    def command(
        self, name: str, script: str, opts: pulumi.ResourceOptions, *, stdin: pulumi.Input[str], shown: bool = False
    ) -> remote.Command:
        """A script run as root on the machine when the resource is created, and when anything about it changes. Without
        `shown`, a diff does not show what it is given."""
        command = as_root(script)
        return remote.Command(
            name,
            connection=remote.ConnectionArgs(**self.login, dial_error_limit=_DIALS),
            create=command.line,
            stdin=pulumi.Output.concat(command.head, stdin),
            triggers=[self.serial],
            add_previous_output_in_env=False,
            opts=opts if shown else pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hide_diffs=["stdin"])),
        )

    def engine(self, name: str, opts: pulumi.ResourceOptions) -> docker.Provider:
        """The provider for resources on the machine's engine, over TLS verified in both directions."""
        return docker.Provider(name, host=self.engine_url, cert_path=self.certificates, opts=opts)

    async def claim_name(self, name: str, labels: Mapping[str, str]) -> None:
        """Removes the container of that name from the machine's engine, if it has those labels with whatever values:
        a stack put it there, whose state has it no more. Somebody else's is an error."""
        address, folder = await self.address.future(), await self.machine.folder.future()
        if address and folder:
            await asyncio.to_thread(claim_name, address, Path(folder), name, labels, self.tool["deadline"])

    def summary(self, trust: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
        """How another stack reaches the machine and its engine, and how far that trusts the registry."""
        return pulumi.Output.all(
            address=self.address, engine=self.engine_url, certPath=self.machine.folder, trust=trust
        )


@dataclass(frozen=True)
class ExistingHost:
    """A host that exists already, and the process of this program's own providers that works on it.

    Nothing asks for it before `moved`: the registry's machine, as a client, is at its address after its move only.
    """

    settings: HostSettings
    process: pulumi.ProviderResource
    moved: pulumi.Resource | None = None

    @property
    def login(self) -> dict[str, pulumi.Input[Any]]:
        """What this program's own providers need for SSH. The key is read when it is used, and is in no state."""
        login: dict[str, pulumi.Input[Any]] = {
            "host": self.settings.address,
            "port": self.settings.port,
            "user": self.settings.user,
            "host_key": self.settings.host_key,
        }
        return login if self.settings.key is None else {**login, "key_file": self.settings.key}

    @property
    def serial(self) -> str:
        """Always empty: another host has another address and host key."""
        return ""

    def for_trust(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for trust on the host."""
        after = [] if self.moved is None else [self.moved]
        return pulumi.ResourceOptions(parent=parent, provider=self.process, depends_on=after)

    def summary(self, trust: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
        """How another stack reaches the host, and how far its engine trusts the registry."""
        return pulumi.Output.all(address=self.settings.address, ssh=self.settings.ssh_url, trust=trust)
