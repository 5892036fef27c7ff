"""The EngineImage resource: an image of the workstation's engine, handed to a machine's engine.

That is how a machine gets images where there is no registry to pull from: the guide's own chicken and egg.
"""

from pathlib import Path

import docker
import pulumi
from docker.errors import DockerException, ImageNotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource

from providers.engine import image_id, load_image
from providers.errors import StackError
from providers.props import Props, Provider, changed

_SECONDS = 600


class EngineImageProvider(Provider):
    """Translates Pulumi's calls into images on a machine's engine; on delete they stay, as pulled ones would."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["image", "address", "serial"])
        return DiffResult(changes=bool(replaces), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        handed = hand_over(props["image"], props["address"], Path(props["folder"]))
        return CreateResult(handed, {**props, "image_id": handed})

    def read(self, id_: str, props: Props) -> ReadResult:
        there = image_id(props["address"], Path(props["folder"]), props["image"])
        return ReadResult(id_, props) if there == id_ else ReadResult("", {})


class EngineImage(Resource, module="registry", name="EngineImage"):
    """An image, by its tag, on the engine at `address`; `folder` has the certificate and key for that engine."""

    image_id: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        image: str,
        address: pulumi.Input[str],
        folder: pulumi.Input[str],
        serial: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"image": image, "address": address, "folder": folder, "serial": serial}
        super().__init__(EngineImageProvider(), resource_name, {**inputs, "image_id": None}, opts)


def hand_over(tag: str, address: str, folder: Path) -> str:
    """Streams an image of the workstation's engine to a machine's, unless that has the same one; returns its id there."""
    try:
        image = docker.from_env(timeout=_SECONDS).images.get(tag)
    except ImageNotFound:
        raise StackError(f"the workstation's engine has no image {tag} to hand over: pull or build it first") from None
    except DockerException as error:
        raise StackError(f"the workstation's Docker engine does not answer: {error}") from None
    there = image_id(address, folder, tag)
    if there != image.id:
        load_image(address, folder, image.save(named=tag))
        there = image_id(address, folder, tag)
    if there is None:
        raise StackError(f"the engine at {address} has no image {tag} although it was handed over")
    return there
