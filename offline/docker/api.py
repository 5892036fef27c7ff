"""The connection to a Docker engine, and its HTTP API."""

import json
import os
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from offline.kit.resource import PluginError
from offline.kit.values import Properties

if TYPE_CHECKING:
    from docker import APIClient

DEFAULT_HOST = "unix:///var/run/docker.sock"
# Stopping a container or pulling an image may take minutes; this is the official plugin's own limit, in seconds.
_TIMEOUT = 1200
# How long a network or volume may stay in use by a container that is on its way out, as in the official plugin.
_BUSY = 30


class EngineError(PluginError):
    """The engine refused what it was asked."""


class NotThereError(EngineError):
    """The engine does not know the object."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine is: its host URL, and the TLS context to reach it with, if any."""

    host: str
    tls: Callable[[], ssl.SSLContext] | None = None


def address(config: Properties) -> Address:
    """The engine that a provider's configuration names."""
    host = config.get("host") or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
    folder = config.get("certPath") or os.environ.get("DOCKER_CERT_PATH")
    given = {name: config.get(f"{name}Material") for name in ("ca", "cert", "key")}
    if any(given.values()):
        if folder:
            raise PluginError("certPath and caMaterial, certMaterial, keyMaterial exclude each other")
        context = _context_from_texts(given)
        return Address(host, lambda: context)
    # Read when they are used: an `up` that comes to recreate a machine brings back certificates that were lost with it.
    return Address(host, (lambda: _context(Path(folder))) if folder else None)


def _context_from_texts(given: Mapping[str, str | None]) -> ssl.SSLContext:
    missing = [f"{name}Material" for name, text in given.items() if not text]
    if missing:
        raise PluginError(f"{', '.join(missing)}: all three materials are needed for a verified connection")
    # Python's ssl takes client keys from files only; these are gone as soon as the context has read them.
    with tempfile.TemporaryDirectory() as folder:
        for name, text in given.items():
            path = Path(folder) / f"{name}.pem"
            path.touch(mode=0o600)
            path.write_text(text or "")
        return _context(Path(folder))


def _context(folder: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    except OSError as error:
        raise PluginError(f"ca.pem, cert.pem and key.pem in {folder} cannot be used: {error}") from None
    return context


class Api:
    """Requests to one engine's API; paths are without the version, as the engine's documentation has them."""

    def __init__(self, client: "APIClient") -> None:
        self._client = client
        self._base = f"{client.base_url}/v{client.api_version}"

    def get(self, path: str) -> Properties:
        """The object at the path."""
        return dict(self._call("GET", path) or {})

    def post(self, path: str, body: Properties | None = None, query: Mapping[str, Any] | None = None) -> Properties:
        """What the engine answers, if it answers with an object."""
        return dict(self._call("POST", path, json=body, params=query) or {})

    def put_archive(self, container: str, archive: bytes) -> None:
        """Unpack a tar archive at the container's root."""
        self._call("PUT", f"/containers/{container}/archive", data=archive, params={"path": "/"})

    def delete(self, path: str, query: Mapping[str, Any] | None = None) -> None:
        """Remove the object at the path."""
        self._call("DELETE", path, params=query)

    def logs(self, container: str) -> str:
        """Both streams of a container that has ended."""
        return self._client.logs(container).decode(errors="replace")

    def pull(self, image: str, platform: str | None) -> None:
        """Pull an image; EngineError with the registry's reason when it cannot be had."""
        # Without a tag the engine would pull every tag of the repository.
        name = image if ":" in image.split("/")[-1] else f"{image}:latest"
        query = {"fromImage": name, "platform": platform or ""}
        response = self._client.post(f"{self._base}/images/create", params=query, timeout=_TIMEOUT)
        _raise_for(response.status_code, response.text)
        for line in response.text.splitlines():
            if "error" in (progress := json.loads(line)):
                raise EngineError(progress["error"])

    def _call(self, method: str, path: str, **content: Any) -> Any:
        response = self._client.request(method, f"{self._base}{path}", timeout=_TIMEOUT, **content)
        _raise_for(response.status_code, response.text)
        return json.loads(response.text) if response.text.startswith("{") else None


def _raise_for(status: int, text: str) -> None:
    if status < 400:
        return
    reason = json.loads(text)["message"] if text.startswith("{") else text
    raise NotThereError(reason) if status == 404 else EngineError(reason)


def delete_when_free(api: Api, path: str, busy: str, cancelled: Event) -> None:
    """Remove the object; while the engine's reason not to is `busy`, try again until it has been so for 30 s."""
    deadline = time.monotonic() + _BUSY
    while True:
        try:
            api.delete(path)
        except NotThereError:
            return
        except EngineError as error:
            if busy not in str(error) or time.monotonic() > deadline or cancelled.wait(0.5):
                raise
        else:
            return


class DockerEngine:
    """One engine. Every operation opens a client of its own: they run in threads that must not share one."""

    def __init__(self) -> None:
        self.address = Address(DEFAULT_HOST)

    @contextmanager
    def api(self) -> Iterator[Api]:
        """The engine's API. PluginError says that it does not answer, and why."""
        # Importing the SDK takes as long as all the rest of a start, and an `up` without changes never needs it.
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        from offline.docker.client import connect

        try:
            with connect(self.address.host, self.address.tls and self.address.tls(), _TIMEOUT) as client:
                yield Api(client)
        except (DockerException, RequestException) as error:
            raise PluginError(f"the Docker engine at {self.address.host} does not answer: {_root(error)}") from None


def _root(error: BaseException) -> BaseException:
    # The SDK and `requests` wrap what happened in layer upon layer of their own.
    inner = error.__cause__ or error.__context__
    return _root(inner) if inner else error
