"""The connection to a Docker engine."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker.errors
import requests.exceptions
from docker import APIClient
from docker.tls import TLSConfig
from requests.adapters import HTTPAdapter

from offline.plugin.resource import Failure
from offline.plugin.values import Properties

DEFAULT_HOST = "unix:///var/run/docker.sock"
# Loading an image or waiting for a stop may take minutes; the official plugin sets no limit at all.
_TIMEOUT = 1200


class NotThere(Failure):
    """The engine does not know the object."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine is: its host URL, and the TLS context to reach it with, if any."""

    host: str
    tls: ssl.SSLContext | None = None


def address(config: Properties) -> Address:
    """The engine that a provider's configuration names."""
    host = config.get("host") or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
    folder = config.get("certPath") or os.environ.get("DOCKER_CERT_PATH")
    given = {name: config.get(f"{name}Material") for name in ("ca", "cert", "key")}
    if any(given.values()):
        if folder:
            raise Failure("certPath and caMaterial, certMaterial, keyMaterial exclude each other")
        return Address(host, _context_from_texts(given))
    return Address(host, _context(Path(folder)) if folder else None)


def _context_from_texts(given: dict[str, str | None]) -> ssl.SSLContext:
    missing = [f"{name}Material" for name, text in given.items() if not text]
    if missing:
        raise Failure(f"{', '.join(missing)}: all three materials are needed for a verified connection")
    # Python's ssl takes client keys from files only; these are gone as soon as the context has read them.
    with tempfile.TemporaryDirectory() as folder:
        for name, text in given.items():
            with os.fdopen(os.open(Path(folder) / f"{name}.pem", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(text or "")
        return _context(Path(folder))


def _context(folder: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    except OSError as error:
        raise Failure(f"ca.pem, cert.pem, key.pem in {folder} cannot be used: {error}") from None
    return context


class _Adapter(HTTPAdapter):
    """Speaks TLS with the given context, and so trusts its authority alone."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Add nothing to the context: the method of `requests` would load the public authorities."""


class _Tls(TLSConfig):
    """Mounts the adapter on the SDK's client."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context

    def configure_client(self, client: Any) -> None:
        client.mount("https://", _Adapter(self._context))


class Engine:
    """One engine. Every operation has a client of its own: they run in threads, and `requests` shares badly."""

    def __init__(self) -> None:
        self.address = Address(DEFAULT_HOST)

    @contextmanager
    def client(self) -> Iterator[APIClient]:
        """The SDK's low-level client. Failure says which engine did not answer, or what it said."""
        try:
            tls = _Tls(self.address.tls) if self.address.tls else False
            client = APIClient(base_url=self.address.host, version="auto", timeout=_TIMEOUT, tls=tls)
            try:
                yield client
            finally:
                client.close()
        except docker.errors.NotFound as error:
            raise NotThere(error.explanation or "not found") from None
        except docker.errors.APIError as error:
            raise Failure(f"the Docker engine refused: {error.explanation or error}") from None
        except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
            raise Failure(f"the Docker engine at {self.address.host} does not answer: {error}") from None


def post(client: APIClient, path: str, body: Properties) -> Properties:
    """POST the body as the engine's API has it, where the SDK's own methods cannot say all of it."""
    response = client.post(f"{client.base_url}/v{client.api_version}{path}", json=body, timeout=_TIMEOUT)
    try:
        response.raise_for_status()
    except requests.exceptions.HTTPError as error:
        docker.errors.create_api_error_from_http_exception(error)
    return dict(response.json()) if response.content else {}
