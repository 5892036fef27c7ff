"""Resources of a stack that its state lacks: a run that was killed had created them, but not recorded them yet."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import docker

from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.lifecycle import remove_machine
from registry_stack.machines.records import machines_of
from registry_stack.remote.local_engine import IDENTITY, OWNER
from registry_stack.settings import DockerMachineSettings
from tasks.stack.pulumi_stack import PulumiStack


def remove_leftovers(stack: PulumiStack) -> Iterator[str]:
    """Removes what is marked as the stack's but not in its state, and yields a line about each.

    The mark is in the state, so this comes before `pulumi destroy`.
    """
    resources = stack.deployment().get("resources") or []
    known = {str(resource.get("id")) for resource in resources}
    tool = docker_machine_of(stack)
    for name in machines_of(tool.store, stack.owner):
        if name not in known:
            remove_machine(tool, name)
            yield f"The machine {name} was left half created: it is removed."
    for identity in map(identity_of, resources):
        if identity:
            yield from _remove_marked({OWNER: stack.owner, IDENTITY: identity}, known, stack.environment)


def identity_of(resource: Mapping[str, Any]) -> str | None:
    """The stack's identity, if this is the resource that holds it."""
    name = str(resource["urn"]).rpartition("::")[2]
    return str(resource["outputs"]["publicKeyFingerprintSha256"]) if name.endswith("network-identity") else None


def _remove_marked(labels: Mapping[str, str], known: set[str], environment: Mapping[str, str]) -> Iterator[str]:
    marked: dict[str, str | list[str] | bool] = {"label": [f"{label}={value}" for label, value in labels.items()]}
    with closing(docker.from_env(environment=dict(environment))) as engine:
        for container in engine.containers.list(all=True, filters=marked):
            if container.id not in known:
                container.remove(force=True, v=True)
                yield f"The container {container.name} was left half created: it is removed."
        for network in engine.networks.list(filters=marked):
            if network.id not in known:
                network.remove()
                yield f"The network {network.name} was left half created: it is removed."


def docker_machine_of(stack: PulumiStack) -> DockerMachine:
    """The docker-machine that the stack's settings name, with its storage folder."""
    config = json.loads(stack.read("config", "--json"))
    given = config.get(f"{stack.project}:dockerMachine", {}).get("objectValue", {})
    chosen = DockerMachineSettings.model_validate(given)
    return DockerMachine(chosen.executable, chosen.storage_in(stack.program), chosen.deadline)
