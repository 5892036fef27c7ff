"""The registry's own configuration file.

Source: distribution's configuration reference, version 0.1 of the format, which registry:2 and registry:3 read.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from settings import EndpointSettings

CERTIFICATES = PurePosixPath("/certs")
CONFIGURATION = PurePosixPath("/certs/config.yml")
DATA = PurePosixPath("/var/lib/registry")
PORT = 5000


def registry_config(endpoints: Sequence[EndpointSettings]) -> str:
    """The configuration as YAML: TLS by the certificate in CERTIFICATES, data in DATA, webhooks to `endpoints`."""
    document: dict[str, Any] = {
        "version": 0.1,
        "log": {"fields": {"service": "registry"}},
        "storage": {"filesystem": {"rootdirectory": str(DATA)}, "delete": {"enabled": True}},
        "http": {
            "addr": f":{PORT}",
            "tls": {
                "certificate": str(CERTIFICATES / "registry.pem"),
                "key": str(CERTIFICATES / "registry-key.pem"),
                "minimumtls": "tls1.2",
            },
        },
    }
    if endpoints:
        # at its usual level the registry writes the endpoints' headers into its log when it starts
        document["log"]["level"] = "warn"
        document["notifications"] = {"endpoints": [_endpoint(each) for each in endpoints]}
    return yaml.safe_dump(document, sort_keys=False)


def _endpoint(endpoint: EndpointSettings) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "headers": {name: list(values) for name, values in endpoint.headers.items()},
        "timeout": "5s",
        "threshold": 5,
        "backoff": "1s",
    }
