"""The guide's first step: a machine, created by docker-machine with the driver that the settings name."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address

import pulumi

from components.container_machine import OPTIONS as CONTAINER_OPTIONS
from components.container_machine import ContainerMachine, ContainerMachineArgs
from components.container_network import ContainerNetwork
from components.hosts import MadeHost
from providers.base import Tool
from providers.machine import Machine, MachineArgs
from registry_stack.common.options import OptionValue
from registry_stack.machines.store import Store
from registry_stack.settings import DockerMachineSettings, MachineSettings
from registry_stack.settings.paths import spelled_out


@dataclass(frozen=True)
class MachineHostArgs:
    """A machine's name and settings. `owner` marks it as this stack's; container machines need a network. `moves_to` is
    its later static address, if it gets one."""

    machine: str
    settings: MachineSettings
    docker_machine: DockerMachineSettings
    owner: str
    network: ContainerNetwork | None
    moves_to: IPv4Address | None
    process: pulumi.ProviderResource


class MachineHost(pulumi.ComponentResource):
    """A machine as docker-machine made it; `host` is how later steps reach it."""

    host: MadeHost

    def __init__(self, name: str, args: MachineHostArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:MachineHost", name, None, opts)
        settings = args.settings
        tool = Tool(
            command=args.docker_machine.executable,
            storage=str(args.docker_machine.storage_folder),
            deadline=float(args.docker_machine.deadline),
        )
        wanted = MachineArgs(
            name=args.machine,
            driver=settings.driver,
            options=driver_options(settings, args.moves_to),
            owner=args.owner,
            tool=tool,
            moves=args.moves_to is not None,
            moves_to=None if args.moves_to is None else str(args.moves_to),
            adopt=settings.adopt,
            keep=settings.keep,
            pinned_host_key=settings.host_key,
        )
        if args.network is not None and settings.driver == "container":
            wanted = self._in_container(name, wanted, args, args.network)
        machine = Machine(name, wanted, pulumi.ResourceOptions(parent=self, provider=args.process))
        # docker-machine's own certificates, of which each machine's folder has a copy, outlast the machines. Without
        # the files no provider could be configured, and no `up` would get as far as the machine's replacement
        own = str(Store(args.docker_machine.storage_folder).certificates)
        certificates = machine.folder if settings.adopt else own
        self.host = MadeHost(
            name=args.machine,
            machine=machine,
            tied_to=machine,
            address=machine.address,
            tool=tool,
            process=args.process,
            certificates=certificates,
            keep=settings.keep,
            outlives=settings.outlives_stacks,
            has_disk=settings.driver != "container",
        )
        self.register_outputs({"address": machine.address})

    def _in_container(
        self, name: str, wanted: MachineArgs, args: MachineHostArgs, network: ContainerNetwork
    ) -> MachineArgs:
        """Creates the container; for docker-machine it is then a host that exists."""
        container = ContainerMachine(
            name,
            ContainerMachineArgs(args.machine, args.settings, network, args.process),
            pulumi.ResourceOptions(parent=self),
        )
        own = {name: value for name, value in wanted.options.items() if name not in CONTAINER_OPTIONS}
        address = str(args.settings.options["container-address"])
        return replace(
            wanted,
            driver="generic",
            options={**own, "generic-ip-address": address, "generic-ssh-user": "docker"},
            instance=container.instance,
            ssh_key=container.ssh_key,
            pinned_host_key=container.host_key,
        )


def driver_options(settings: MachineSettings, moves_to: IPv4Address | None) -> dict[str, OptionValue]:
    """The driver's options with numbers as text, since Pulumi would hand them to the provider as floats.

    The engine's certificate is made for the machine's later address too: after the move it serves as it is.
    """
    options: dict[str, OptionValue] = {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in settings.options.items()
    }
    if isinstance(key := options.get("generic-ssh-key"), str):
        options["generic-ssh-key"] = spelled_out(key)
    if moves_to is None or settings.adopt:
        return options
    names = options.get("tls-san", [])
    return {**options, "tls-san": [*(names if isinstance(names, list) else [str(names)]), str(moves_to)]}
