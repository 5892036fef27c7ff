"""The EngineImage resource: an image of the workstation's engine, copied to a machine's engine.

That is how a machine gets the registry's image while there is no registry to pull it from.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, ReadResult

from providers.base import Props, Provider, StackResource
from registry_stack.remote.docker_engine import image_id
from registry_stack.remote.images import copy_image


class EngineImageProvider(Provider):
    """Copies an image once, and again if a refresh finds it gone. It stays on delete, as a pulled one would."""

    replaces = ("image", "address", "serial")

    def create(self, props: Props) -> CreateResult:
        copied = copy_image(props["image"], props["address"], Path(props["folder"]))
        return CreateResult(copied, {**props, "image_id": copied, "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            there = image_id(props["address"], Path(props["folder"]), props["image"])
        except OSError:  # the engine can't be asked: Machine reports what is wrong with it
            return ReadResult(id_, props)
        return ReadResult(id_, props) if there == id_ else ReadResult("", {})


@dataclass(frozen=True)
class EngineImageArgs:
    """An image by its tag, and the engine at `address`; `folder` has the certificate and key for that engine."""

    image: str
    address: pulumi.Input[str]
    folder: pulumi.Input[str]
    serial: pulumi.Input[str]


class EngineImage(StackResource, module="registry", name="EngineImage"):
    """An image on a machine's engine."""

    provider = EngineImageProvider

    image_id: pulumi.Output[str]

    def __init__(self, resource_name: str, args: EngineImageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)
