"""What of a stack is there although its state does not know of it: made by a run that was killed before it said so."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker

from providers.docker_machine import DockerMachine
from providers.lifecycle import remove_machine
from settings import DockerMachineSettings
from tasks.pulumi_stack import PulumiStack


def remove_leftovers(stack: PulumiStack) -> Iterator[str]:
    """Removes what is marked as the stack's and not in its state; yields a line on each."""
    known = {str(resource.get("id")) for resource in stack.deployment().get("resources") or []}
    tool = docker_machine_of(stack)
    for name in tool.store.machines_of(stack.owner):
        if name not in known:
            remove_machine(tool, name)
            yield f"removed the machine {name}, which was half made"
    with closing(docker.from_env(environment=dict(stack.environment))) as engine:
        marked: dict[str, str | list[str] | bool] = {"label": f"registry-stack={stack.owner}"}
        for container in engine.containers.list(all=True, filters=marked):
            if container.id not in known:
                container.remove(force=True, v=True)
                yield f"removed the container {container.name}, which no stack knew of"
        for network in engine.networks.list(filters=marked):
            if network.id not in known:
                network.remove()
                yield f"removed the network {network.name}, which no stack knew of"


def docker_machine_of(stack: PulumiStack) -> DockerMachine:
    """The docker-machine that the stack's settings name, with its storage folder."""
    config = json.loads(stack.read("config", "--json"))
    given = config.get(f"{stack.project}:dockerMachine", {}).get("objectValue", {})
    chosen = DockerMachineSettings.model_validate(given)
    storage = stack.program / chosen.storage if chosen.storage else chosen.storage_folder
    return DockerMachine(chosen.command, Path(storage), chosen.deadline)
