"""The engines of a stack's clients, through the Docker SDK."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry_stack.common.errors import StackError
from registry_stack.common.lazy import docker

SECONDS = 120
_OLDEST_API = "1.24"
# No login: the user's own credential helpers, which may not work here, have nothing to say about these registries.
_NOBODY: dict[str, Any] = {}


@contextmanager
def engine(url: str, folder: Path) -> Iterator["docker.DockerClient"]:
    """A client of the engine at `url`, over TLS verified in both directions by the files in docker-machine's `folder`.

    The environment is not trusted: its REQUESTS_CA_BUNDLE would override which certificate authority is believed, and
    its proxies can't reach a machine's address. The SDK asks for the engine's version before it can be told so,
    unless it is given one.
    """
    tls = docker.TLSConfig(
        client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")), ca_cert=str(folder / "ca.pem"), verify=True
    )
    with _untrusting(docker.APIClient(url, version=_OLDEST_API, tls=tls, timeout=SECONDS)) as asking:
        version = asking.version(api_version=False)["ApiVersion"]
    client = docker.DockerClient(url, version=version, tls=tls, timeout=SECONDS)
    with _untrusting(client.api):
        yield client


@contextmanager
def _untrusting(client: "docker.APIClient") -> Iterator["docker.APIClient"]:
    client.trust_env = False
    try:
        yield client
    finally:
        client.close()


def push(client: "docker.DockerClient", repository: str, tag: str) -> str:
    """Pushes an image and returns its digest, "sha256:...". Raises StackError with what the engine says."""
    said = client.images.push(repository, tag, stream=True, decode=True, auth_config=_NOBODY)
    for line in _unless_failed(said, "pushing", repository, tag):
        if "aux" in line:
            return str(line["aux"]["Digest"])
    raise StackError(f"pushing {repository}:{tag} ended without its digest")


def pull(client: "docker.DockerClient", repository: str, tag: str) -> list[str]:
    """Pulls an image and returns its digests, each "repository@sha256:...". Raises StackError as push does."""
    said = client.api.pull(repository, tag, stream=True, decode=True, auth_config=_NOBODY)
    list(_unless_failed(said, "pulling", repository, tag))
    digests: list[str] = client.images.get(f"{repository}:{tag}").attrs["RepoDigests"]
    return digests


def _unless_failed(said: Iterator[dict[str, Any]], doing: str, repository: str, tag: str) -> Iterator[dict[str, Any]]:
    """What the engine says, which may be an error long after it has begun with success."""
    for line in said:
        if "error" in line:
            raise StackError(f"{doing} {repository}:{tag} failed: {line['error']}")
        yield line


def remove_container(client: "docker.DockerClient", name: str) -> None:
    """Removes a container, running or not; none there is fine."""
    try:
        client.containers.get(name).remove(force=True)
    except docker.errors.NotFound:
        return


def remove_image(client: "docker.DockerClient", tag: str) -> None:
    """Removes an image's tag, and the image with its last one; none there is fine."""
    try:
        client.images.remove(tag, force=True)
    except docker.errors.ImageNotFound:
        return
