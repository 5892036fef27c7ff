"""What all resources and providers of this program share: their shape, what changes them, drift, plain errors."""

import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, TypedDict

import pulumi
from pulumi.dynamic import ConfigureRequest, DiffResult, Resource, ResourceProvider

from registry_stack.common.errors import StackError
from registry_stack.common.warn_only import warn_only
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.remote.login import Login

Props = dict[str, Any]

# What earlier versions had in place of `drift`, and its value if there is none.
_EARLIER = {"health": "well", "answers": True, "reaches": True, "managed": True}


class Provider(ResourceProvider):
    """The base of this program's providers. A subclass names the inputs whose change replaces its resource, and those
    whose change updates it. Drift is always an update.

    A provider takes little room in the state: a class at the top of a module is pickled by its dotted name alone.
    Renaming the class or its module would break refresh and destroy of every stack that exists.
    """

    serialize_as_secret_always = False
    replaces: ClassVar[Sequence[str]] = ()
    updates: ClassVar[Sequence[str]] = ()
    delete_before_replace: ClassVar[bool] = False

    def configure(self, req: ConfigureRequest) -> None:
        patch_tracebacks_of_this_process()
        warn_only()

    def diff(self, id_: str, old: Props, new: Props) -> DiffResult:
        replaces = self.replaced_by(old, new)
        return DiffResult(
            changes=bool(replaces) or self.is_updated_by(old, new) or bool(drift_in(old)),
            replaces=replaces,
            delete_before_replace=self.delete_before_replace,
        )

    def replaced_by(self, old: Props, new: Props) -> list[str]:
        """The inputs whose change replaces the resource."""
        return changed(old, new, self.replaces)

    def is_updated_by(self, old: Props, new: Props) -> bool:
        """Whether the inputs ask for an update."""
        return bool(changed(old, new, self.updates))


class StackResource(Resource, module="registry", name="Resource"):
    """The base of this program's resources. The fields of `args` are the inputs, the annotations of the class the
    outputs.

    `drift` lists what the last refresh found to be wrong, one line each; the next `up` puts it right.
    """

    provider: ClassVar[type[Provider]]
    secrets: ClassVar[Sequence[str]] = ()
    """The outputs that are secret."""
    walls: ClassVar[Sequence[str]] = ()
    """The inputs that are long texts, whose change is shown without them."""

    drift: pulumi.Output[list[str]]

    def __init__(self, resource_name: str, args: Any, opts: pulumi.ResourceOptions | None = None) -> None:
        """`args` is a dataclass."""
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        outputs = dict.fromkeys(["drift", *type(self).__annotations__])
        own = pulumi.ResourceOptions(additional_secret_outputs=[*self.secrets], hide_diffs=[*self.walls])
        super().__init__(self.provider(), resource_name, {**inputs, **outputs}, pulumi.ResourceOptions.merge(own, opts))


class Tool(TypedDict):
    """The docker-machine that a resource is made with: executable, absolute storage folder, deadline in seconds."""

    command: str
    storage: str
    deadline: float


@dataclass(frozen=True)
class ClientArgs:
    """A client, and the registry of its images: how to log in, the serial of its machine (empty for a host that exists
    already), its engine. `deadline` is how many seconds its engine has."""

    name: str
    login: Mapping[str, pulumi.Input[str | int]]
    serial: pulumi.Input[str]
    engine: str
    reference: str
    deadline: float


def changed(old: Mapping[str, Any], new: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The keys whose values differ between a resource's old outputs and its new inputs."""
    return [key for key in keys if old.get(key) != new.get(key)]


def drift_in(old: Props) -> list[str]:
    """The drift in a resource's outputs, including those of earlier versions."""
    if "drift" in old:
        return list(old["drift"])
    return [f"{key}: {old[key]}" for key, without in _EARLIER.items() if old.get(key, without) != without]


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


def patch_tracebacks_of_this_process() -> None:
    """Makes the SDK's process for dynamic providers report this program's own errors by their text alone, and those of
    the system, such as a full disk.

    It answers every exception with `traceback.format_exc()` (pulumi/dynamic/__main__.py), which would bury the text
    under frames that help nobody. Anything unexpected keeps its traceback.
    """
    if getattr(traceback.format_exc, "plain", False):
        return
    with_frames = traceback.format_exc

    def format_exc(limit: int | None = None, chain: bool = True) -> str:
        error = sys.exc_info()[1]
        return str(error) if isinstance(error, StackError | OSError) else with_frames(limit, chain)

    format_exc.plain = True  # type: ignore[attr-defined]  # a mark, so that a second call does not wrap again
    traceback.format_exc = format_exc
