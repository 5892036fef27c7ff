"""The EngineImage resource: an image of the workstation's engine, handed to a machine's engine.

That is how a machine gets images where there is no registry to pull from: the guide's own chicken and egg.
"""

from pathlib import Path
from typing import Any, cast

import docker
import pulumi
from docker.errors import DockerException, ImageNotFound
from docker.tls import TLSConfig
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource

from providers.engine import PORT
from providers.errors import StackError
from providers.props import Props, Provider, changed

_SECONDS = 600


class EngineImageProvider(Provider):
    """Translates Pulumi's calls into images on a machine's engine; on delete they stay, as pulled ones would."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["image", "address", "serial"])
        return DiffResult(changes=bool(replaces), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        image_id = hand_over(props["image"], engine_of(props["address"], Path(props["folder"])))
        return CreateResult(image_id, {**props, "image_id": image_id})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            engine_of(props["address"], Path(props["folder"])).images.get(props["image"])
        except ImageNotFound:
            return ReadResult("", {})
        return ReadResult(id_, props)


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


def engine_of(address: str, folder: Path) -> docker.DockerClient:
    """A client for a machine's engine, over TLS verified in both directions."""
    identity = (str(folder / "cert.pem"), str(folder / "key.pem"))
    tls = TLSConfig(client_cert=identity, ca_cert=str(folder / "ca.pem"), verify=True)
    return docker.DockerClient(f"tcp://{address}:{PORT}", tls=tls, timeout=_SECONDS)


def hand_over(tag: str, engine: docker.DockerClient) -> str:
    """Streams an image from the workstation's engine to another, unless that has the same one; returns its id."""
    try:
        image = docker.from_env(timeout=_SECONDS).images.get(tag)
    except ImageNotFound:
        raise StackError(f"the workstation's engine has no image {tag} to hand over: pull or build it first") from None
    except DockerException as error:
        raise StackError(f"the workstation's Docker engine does not answer: {error}") from None
    if _id(engine, tag) != image.id:
        # the stub knows files only, but an iterator is streamed as well
        engine.images.load(cast(Any, image.save(named=tag)))
        if _id(engine, tag) != image.id:
            raise StackError(f"the engine at {engine.api.base_url} did not take the image {tag}")
    return str(image.id)


def _id(engine: docker.DockerClient, tag: str) -> str | None:
    try:
        return engine.images.get(tag).id
    except ImageNotFound:
        return None
