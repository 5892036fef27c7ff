"""Containers and networks of a stack that its state does not know of. Nothing of Pulumi here."""

from collections.abc import Mapping
from contextlib import closing

import docker

OWNER = "registry-stack"
IDENTITY = "registry-stack.identity"


def remove_container(name: str, labels: Mapping[str, str]) -> None:
    """Removes the container of that name, with its volumes, if it has the labels."""
    with closing(docker.from_env()) as engine:
        for container in engine.containers.list(all=True, filters={"name": f"^{name}$", "label": _pairs(labels)}):
            container.remove(force=True, v=True)


def remove_network(name: str, labels: Mapping[str, str]) -> None:
    """Removes the network of that name, if it has the labels."""
    with closing(docker.from_env()) as engine:
        for network in engine.networks.list(filters={"name": f"^{name}$", "label": _pairs(labels)}):
            network.remove()


def _pairs(labels: Mapping[str, str]) -> list[str]:
    return [f"{label}={value}" for label, value in labels.items()]
