"""The guide's first step: a machine, made by docker-machine with whatever driver the settings name."""

from dataclasses import dataclass

import pulumi

from components.access import Access
from components.container_machine import ContainerMachine, ContainerMachineArgs
from components.network import ContainerNetwork
from providers.docker_machine import OptionValue
from providers.machine import Machine
from providers.props import Tool
from settings import DockerMachineSettings, MachineSettings


@dataclass(frozen=True)
class MachineHostArgs:
    """A machine's name and settings. `owner` tells whose it is; container machines need a network."""

    machine: str
    settings: MachineSettings
    docker_machine: DockerMachineSettings
    owner: str
    network: ContainerNetwork | None


class MachineHost(pulumi.ComponentResource):
    """A machine as docker-machine made it; `access` is how later steps reach it."""

    access: Access

    def __init__(self, name: str, args: MachineHostArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:MachineHost", name, None, opts)
        tool = Tool(
            command=args.docker_machine.command,
            storage=str(args.docker_machine.storage_folder),
            deadline=float(args.docker_machine.deadline),
        )
        if args.network is None or args.settings.driver != "container":
            machine = Machine(
                name,
                name=args.machine,
                driver=args.settings.driver,
                options=driver_options(args.settings),
                owner=args.owner,
                tool=tool,
                pinned_host_key=args.settings.host_key,
                opts=pulumi.ResourceOptions(parent=self),
            )
        else:
            container = ContainerMachine(
                name,
                ContainerMachineArgs(args.machine, args.settings, args.network),
                pulumi.ResourceOptions(parent=self),
            )
            machine = Machine(
                name,
                name=args.machine,
                driver="generic",
                options={
                    "generic-ip-address": str(args.settings.options["container-address"]),
                    "generic-ssh-user": "docker",
                },
                owner=args.owner,
                tool=tool,
                instance=container.instance,
                ssh_key=container.ssh_key,
                pinned_host_key=container.host_key,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.access = Access(args.machine, machine, machine.address, tool)
        self.register_outputs({"address": machine.address})


def driver_options(settings: MachineSettings) -> dict[str, OptionValue]:
    """The driver's options with numbers as text, since Pulumi would hand them to the provider as floats."""
    return {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in settings.options.items()
    }
