"""The RemoteImage resource type: an image that is on the engine, or is pulled."""

from offline.docker import schema
from offline.docker.api import Api, DockerEngine, EngineError, NotThereError
from offline.kit.resource import PluginError, Resource
from offline.kit.values import Properties


class RemoteImage(Resource):
    """An image by its name."""

    tok = "docker:index/remoteImage:RemoteImage"
    schema = schema.REMOTE_IMAGE

    def __init__(self, docker: DockerEngine) -> None:
        self._docker = docker

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._docker.api() as api:
            return _described(find(api, inputs["name"], inputs.get("platform")), inputs)

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties] | None:
        with self._docker.api() as api:
            try:
                return _described(api.get(f"/images/{state['name']}/json"), state)
            except NotThereError:
                return None

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        return self.create(urn, inputs)[1]

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        if state.get("keepLocally"):
            return
        with self._docker.api() as api:
            try:
                api.delete(f"/images/{state['name']}", {"force": bool(state.get("forceRemove"))})
            except NotThereError:
                return


def find(api: Api, name: str, platform: str | None) -> Properties:
    """The inspection of the image, which is pulled if the engine does not have it."""
    try:
        return api.get(f"/images/{name}/json")
    except NotThereError:
        pass
    try:
        api.pull(name, platform)
        return api.get(f"/images/{name}/json")
    except EngineError as error:
        raise PluginError(f"image {name} is not on the engine and cannot be pulled: {error}") from None


def _described(image: Properties, known: Properties) -> tuple[str, Properties]:
    digest = repo_digest(image.get("RepoDigests") or [], known["name"])
    return f"{image['Id']}{known['name']}", {**known, "imageId": image["Id"], "repoDigest": digest}


def repo_digest(digests: list[str], name: str) -> str:
    """The digest under which the image's repository knows it; empty for an image that came from no registry."""
    repository = name.split("@")[0]
    if ":" in repository.split("/")[-1]:
        repository = repository.rpartition(":")[0]
    fitting = [digest for digest in digests if digest.split("@")[0] == repository]
    return next(iter(fitting or digests), "")
