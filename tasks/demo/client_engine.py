"""The engines of a stack's clients, through the Docker SDK: what the demo's tour does there.

What the program itself asks of an engine, it asks without the SDK (registry_stack/remote/docker_engine.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker import APIClient, DockerClient
from docker.errors import ImageNotFound, NotFound
from docker.tls import TLSConfig

from registry_stack.common.errors import StackError

SECONDS = 120
_OLDEST_API = "1.24"
# The user's credential helpers, which may not work here, are not asked about these registries.
_NO_LOGIN: dict[str, Any] = {}


@contextmanager
def engine(url: str, folder: Path) -> Iterator[DockerClient]:
    """A client of the engine at `url`, over TLS verified in both directions by the files in docker-machine's `folder`.

    The environment is ignored: its REQUESTS_CA_BUNDLE would override the trusted authority, and its proxies can't reach
    a machine's address. The SDK can be told so only after it has asked for the engine's version, so it is given one.
    """
    tls = TLSConfig(
        client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")), ca_cert=str(folder / "ca.pem"), verify=True
    )
    with _ignoring_environment(APIClient(url, version=_OLDEST_API, tls=tls, timeout=SECONDS)) as asking:
        version = asking.version(api_version=False)["ApiVersion"]
    client = DockerClient(url, version=version, tls=tls, timeout=SECONDS)
    with _ignoring_environment(client.api):
        yield client


@contextmanager
def _ignoring_environment(client: APIClient) -> Iterator[APIClient]:
    client.trust_env = False
    try:
        yield client
    finally:
        client.close()


def push(client: DockerClient, repository: str, tag: str) -> str:
    """Pushes an image and returns its digest, "sha256:...". Raises StackError with what the engine says."""
    said = client.images.push(repository, tag, stream=True, decode=True, auth_config=_NO_LOGIN)
    for line in _unless_failed(said, "pushing", repository, tag):
        if "aux" in line:
            return str(line["aux"]["Digest"])
    raise StackError(f"pushing {repository}:{tag} ended without its digest")


def pull(client: DockerClient, repository: str, tag: str) -> list[str]:
    """Pulls an image and returns its digests, each "repository@sha256:...". Raises StackError as push does."""
    said = client.api.pull(repository, tag, stream=True, decode=True, auth_config=_NO_LOGIN)
    list(_unless_failed(said, "pulling", repository, tag))
    digests: list[str] = client.images.get(f"{repository}:{tag}").attrs["RepoDigests"]
    return digests


def _unless_failed(said: Iterator[dict[str, Any]], doing: str, repository: str, tag: str) -> Iterator[dict[str, Any]]:
    """What the engine says. It may report an error long after it has begun with success."""
    for line in said:
        if "error" in line:
            raise StackError(f"{doing} {repository}:{tag} failed: {line['error']}")
        yield line


def remove_container(client: DockerClient, name: str) -> None:
    """Removes a container, running or not, if there is one."""
    try:
        client.containers.get(name).remove(force=True)
    except NotFound:
        return


def remove_image(client: DockerClient, tag: str) -> None:
    """Removes an image's tag if there is one, and the image with its last tag."""
    try:
        client.images.remove(tag, force=True)
    except ImageNotFound:
        return
