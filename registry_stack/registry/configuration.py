"""The registry's own configuration file.

Source: distribution's configuration reference, version 0.1 of the format, which registry:2 and registry:3 read.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from registry_stack.guest.boot2docker import PERSISTENT

KEPT_CERTIFICATES = PERSISTENT / "registry-certs"
"""Where the machine keeps what the registry's container has as CERTIFICATES."""
KEPT_DATA = PERSISTENT / "registry-data"
"""Where it keeps what the container has as DATA."""
CERTIFICATES = PurePosixPath("/certs")
CERTIFICATE = "registry.pem"
KEY = "registry-key.pem"
CONFIGURATION = PurePosixPath("/certs/config.yml")
DATA = PurePosixPath("/var/lib/registry")
PORT = 5000
DRAIN_SECONDS = 8
"""How long a registry that is told to stop waits for open connections to end."""


@dataclass(frozen=True)
class Endpoint:
    """A receiver of the registry's notifications; `headers`, each with its values, go with every request."""

    name: str
    url: str
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)


def render_configuration(endpoints: Sequence[Endpoint], private_key: str) -> str:
    """The configuration as YAML: TLS by the certificate in CERTIFICATES, data in DATA, webhooks to `endpoints`.

    The secret that marks uploads in progress as the registry's own is derived from its private key (PEM). Without one
    that outlasts a restart, the registry would make up another, and refuse the rest of every upload.
    """
    document: dict[str, Any] = {
        "version": 0.1,
        "log": {"fields": {"service": "registry"}},
        "storage": {"filesystem": {"rootdirectory": str(DATA)}, "delete": {"enabled": True}},
        "http": {
            "addr": f":{PORT}",
            "secret": hmac.digest(private_key.encode(), b"http.secret", "sha256").hex(),
            "draintimeout": f"{DRAIN_SECONDS}s",
            "tls": {
                "certificate": str(CERTIFICATES / CERTIFICATE),
                "key": str(CERTIFICATES / KEY),
                "minimumtls": "tls1.2",
            },
        },
    }
    if endpoints:
        # at its default level the registry logs the endpoints' headers when it starts
        document["log"]["level"] = "warn"
        document["notifications"] = {"endpoints": [_endpoint(each) for each in endpoints]}
    return yaml.safe_dump(document, sort_keys=False)


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "headers": {name: list(values) for name, values in endpoint.headers.items()},
        "timeout": "5s",
        "threshold": 5,
        "backoff": "1s",
    }
