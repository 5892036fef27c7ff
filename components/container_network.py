"""The network of container machines: the settings' subnet, on the workstation's engine."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.naming import child_of
from components.ownership import Labels, ownership_labels, remove_orphan_before_create
from registry_stack.remote.local_engine import remove_network
from registry_stack.settings import Settings


@dataclass(frozen=True)
class ContainerNetwork:
    """A network. Its containers' names begin with `name`; `labels` mark the network and all of them as the stack's."""

    name: str
    network: docker.Network
    labels: Labels


def container_network(name: str, settings: Settings, owner: str, parent: pulumi.Resource) -> ContainerNetwork | None:
    """The network of the stack `owner`, or None if no machine is a container."""
    if all(machine.driver != "container" for machine in settings.machines.values()):
        return None
    identity = f"{name}-identity"
    labels = ownership_labels(identity, owner, child_of(parent, identity))
    network = docker.Network(
        name,
        name=owner,
        driver="bridge",
        ipam_configs=[
            docker.NetworkIpamConfigArgs(subnet=str(settings.network.subnet), gateway=str(settings.network.gateway))
        ],
        labels=[docker.NetworkLabelArgs(label=key, value=value) for key, value in labels.items()],
        opts=pulumi.ResourceOptions.merge(
            child_of(parent, name), pulumi.ResourceOptions(hooks=remove_orphan_before_create(remove_network))
        ),
    )
    return ContainerNetwork(owner, network, labels)
