"""The RemoteImage resource type: an image that is on the engine, or is pulled."""

import docker.errors
from docker import APIClient

from offline.docker import schema
from offline.docker.engine import Engine
from offline.plugin.resource import Failure, Resource
from offline.plugin.values import Properties


class RemoteImage(Resource):
    """An image by its name."""

    token = "docker:index/remoteImage:RemoteImage"
    schema = schema.REMOTE_IMAGE

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._engine.client() as client:
            image = find(client, inputs["name"], inputs.get("platform"))
        return _id(image, inputs), {**inputs, **describe(image, inputs["name"])}

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties] | None:
        with self._engine.client() as client:
            try:
                image = client.inspect_image(state["name"])
            except docker.errors.NotFound:
                return None
        return _id(image, state), {**state, **describe(image, state["name"])}

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        return self.create(urn, inputs)[1]

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        if state.get("keepLocally"):
            return
        with self._engine.client() as client:
            try:
                client.remove_image(state["name"], force=bool(state.get("forceRemove")))
            except docker.errors.NotFound:
                return


def _id(image: Properties, inputs: Properties) -> str:
    return f"{image['Id']}{inputs['name']}"


def find(client: APIClient, name: str, platform: str | None) -> Properties:
    """The inspection of the image, which is pulled if the engine does not have it."""
    try:
        return dict(client.inspect_image(name))
    except docker.errors.NotFound:
        pass
    try:
        # Without a tag the SDK would pull every tag of the repository.
        client.pull(name if ":" in name.split("/")[-1] else f"{name}:latest", platform=platform)
        return dict(client.inspect_image(name))
    except docker.errors.APIError as error:
        raise Failure(f"image {name} is not on the engine and cannot be pulled: {error.explanation}") from None


def describe(image: Properties, name: str) -> Properties:
    """The outputs of an image that the engine has."""
    return {"imageId": image["Id"], "repoDigest": repo_digest(image, name)}


def repo_digest(image: Properties, name: str) -> str:
    """The digest under which the image's repository knows it; empty for an image that came from no registry."""
    repository = name.split("@")[0]
    if ":" in repository.split("/")[-1]:
        repository = repository.rpartition(":")[0]
    digests: list[str] = image.get("RepoDigests") or []
    fitting = [digest for digest in digests if digest.split("@")[0] == repository]
    return next(iter(fitting or digests), "")
