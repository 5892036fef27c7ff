"""What the providers of this program share.

Their modules import what only operations need inside of these: most `up`s change nothing, and each of them loads the
modules twice, in the program and in the process of the dynamic providers.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from pulumi.dynamic import ConfigureRequest, ResourceProvider

from registry_stack.common.errors import report_plainly
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.remote.login import Login

Props = dict[str, Any]
WELL = "well"
"""The health of what needs nothing: registry_stack.machines.health.Health.WELL, without its imports."""


class Tool(TypedDict):
    """The docker-machine that a resource is made with: executable, absolute storage folder, deadline in seconds."""

    command: str
    storage: str
    deadline: float


class Provider(ResourceProvider):
    """The base of this program's providers: small in state, and plain in its errors.

    A class at the top of a module is pickled into the state by its dotted name alone, so renaming a provider or its
    module breaks refresh and destroy of the stacks that exist.
    """

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        report_plainly()


def changed(olds: Mapping[str, Any], news: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The keys whose values differ between a resource's old outputs and its new inputs."""
    return [key for key in keys if olds.get(key) != news.get(key)]


def docker_machine(props: Mapping[str, Any]) -> DockerMachine:
    """The docker-machine that the property `tool` describes."""
    tool: Tool = props["tool"]
    return DockerMachine(tool["command"], Path(tool["storage"]), tool["deadline"])


def login(props: Mapping[str, Any]) -> Login:
    """How to log in to the machine that the property `login` describes."""
    given = props["login"]
    return Login(
        host=given["host"],
        user=given["user"],
        private_key=given.get("private_key"),
        host_key=given["host_key"],
        port=int(given["port"]),
        key_file=given.get("key_file"),
    )
