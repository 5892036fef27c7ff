"""The network of container machines: the settings' subnet, on the workstation's engine."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.ownership import Labels, marks, orphan_removed_first
from registry_stack.remote.local_engine import remove_network
from registry_stack.settings import Settings


@dataclass(frozen=True)
class ContainerNetwork:
    """A network. `name` is how its containers' names begin, `labels` mark all of them and itself as the stack's."""

    name: str
    network: docker.Network
    labels: Labels


def container_network(name: str, settings: Settings, owner: str, parent: pulumi.Resource) -> ContainerNetwork | None:
    """The network of the stack `owner`, or none where no machine is a container."""
    if all(machine.driver != "container" for machine in settings.machines.values()):
        return None
    labels = marks(f"{name}-identity", owner, parent)
    network = docker.Network(
        name,
        name=owner,
        driver="bridge",
        ipam_configs=[
            docker.NetworkIpamConfigArgs(subnet=str(settings.network.subnet), gateway=str(settings.network.gateway))
        ],
        labels=[docker.NetworkLabelArgs(label=key, value=value) for key, value in labels.items()],
        opts=pulumi.ResourceOptions(parent=parent, hooks=orphan_removed_first(remove_network)),
    )
    return ContainerNetwork(owner, network, labels)
