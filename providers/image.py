"""The EngineImage resource: an image of the workstation's engine, handed to a machine's engine.

That is how a machine gets images where there is no registry to pull from: the guide's own chicken and egg.
"""

from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource

from providers.base import Props, Provider, changed
from registry_stack.remote.docker_engine import image_id


class EngineImageProvider(Provider):
    """Translates Pulumi's calls into images on a machine's engine; on delete they stay, as pulled ones would."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["image", "address", "serial"])
        return DiffResult(changes=bool(replaces), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        from registry_stack.remote.images import copy_image

        handed = copy_image(props["image"], props["address"], Path(props["folder"]))
        return CreateResult(handed, {**props, "image_id": handed})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            there = image_id(props["address"], Path(props["folder"]), props["image"])
        except OSError:  # nobody to ask: what is wrong with the machine is the Machine's to say
            return ReadResult(id_, props)
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
