"""The workstation's Docker engine: containers and networks of a stack that its state does not know, or not so."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from registry_stack.common.errors import MachineError
from registry_stack.common.lazy import docker

OWNER = "registry-stack"
IDENTITY = "registry-stack.identity"


def remove_container(name: str, labels: Mapping[str, str]) -> None:
    """Removes the container of that name, with its volumes, if it has the labels."""
    with _engine() as engine:
        for container in engine.containers.list(all=True, filters={"name": f"^{name}$", "label": _pairs(labels)}):
            container.remove(force=True, v=True)


def remove_network(name: str, labels: Mapping[str, str]) -> None:
    """Removes the network of that name, if it has the labels."""
    with _engine() as engine:
        for network in engine.networks.list(filters={"name": f"^{name}$", "label": _pairs(labels)}):
            network.remove()


def wake_container(machine: str, instance: str) -> None:
    """Starts the container that a machine is, by its id, if something left it stopped when it was killed.

    Raises MachineError if it is gone: waiting would not bring it back.
    """
    with _engine() as engine:
        found = engine.api.containers(all=True, filters={"id": instance})
        if not found:
            raise MachineError(
                f"the container of the machine {machine} is gone, but the stack's state still has it, as after a "
                "`pulumi destroy` that was killed: run `pulumi refresh`, then `pulumi up`"
            )
        if found[0]["State"] in ("created", "exited"):
            engine.api.start(instance)


def _pairs(labels: Mapping[str, str]) -> list[str]:
    return [f"{label}={value}" for label, value in labels.items()]


@contextmanager
def _engine() -> Iterator["docker.DockerClient"]:
    with closing(docker.from_env()) as engine:
        yield engine
