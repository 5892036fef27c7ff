"""The network of container machines: the settings' subnet, on the workstation's engine."""

import pulumi
import pulumi_docker as docker

from settings import Settings


def container_network(
    name: str, settings: Settings, labels: dict[str, str], parent: pulumi.Resource
) -> docker.Network | None:
    """The network, or none where no machine is a container."""
    if all(machine.driver != "container" for machine in settings.machines.values()):
        return None
    network = settings.network
    return docker.Network(
        name,
        name=labels["registry-stack"],
        driver="bridge",
        ipam_configs=[docker.NetworkIpamConfigArgs(subnet=str(network.subnet), gateway=str(network.gateway))],
        labels=[docker.NetworkLabelArgs(label=key, value=value) for key, value in labels.items()],
        opts=pulumi.ResourceOptions(parent=parent),
    )
