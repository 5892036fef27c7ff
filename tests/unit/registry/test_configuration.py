"""The registry's own configuration, read as the registry reads it: as YAML."""

import hmac
from typing import Any

import yaml

from registry_stack.registry.configuration import Endpoint, render_configuration

KEY = "a key"
PLAIN: dict[str, Any] = {
    "version": 0.1,
    "log": {"fields": {"service": "registry"}},
    "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}, "delete": {"enabled": True}},
    "http": {
        "addr": ":5000",
        "secret": hmac.new(b"a key", b"http.secret", "sha256").hexdigest(),
        "draintimeout": "8s",
        "tls": {"certificate": "/certs/registry.pem", "key": "/certs/registry-key.pem", "minimumtls": "tls1.2"},
    },
}
RETRIES = {"timeout": "5s", "threshold": 5, "backoff": "1s"}


def test_without_endpoints() -> None:
    assert yaml.safe_load(render_configuration([], KEY)) == PLAIN


def test_with_endpoints() -> None:
    headers: dict[str, tuple[str, ...]] = {"Authorization": ("Bearer s3cret",), "X-Odd": ("yes", 'a: "b"\nc', "0x1f")}
    endpoints = [
        Endpoint(name="deploy", url="http://deploy.example:8080/hook?a=b&c", headers=headers),
        Endpoint(name="yes", url="https://other.example/"),
    ]
    assert yaml.safe_load(render_configuration(endpoints, KEY)) == {
        **PLAIN,
        "log": {"fields": {"service": "registry"}, "level": "warn"},
        "notifications": {
            "endpoints": [
                {
                    "name": "deploy",
                    "url": "http://deploy.example:8080/hook?a=b&c",
                    "headers": {"Authorization": ["Bearer s3cret"], "X-Odd": ["yes", 'a: "b"\nc', "0x1f"]},
                    **RETRIES,
                },
                {"name": "yes", "url": "https://other.example/", "headers": {}, **RETRIES},
            ]
        },
    }


def test_the_version_comes_first_as_the_registry_wants_it() -> None:
    assert render_configuration([], KEY).startswith("version: 0.1\n")


def test_uploads_under_way_outlast_a_restart_and_the_key_stays_secret() -> None:
    secrets = [yaml.safe_load(render_configuration([], key))["http"]["secret"] for key in (KEY, KEY, "another key")]
    assert secrets[0] == secrets[1] != secrets[2]
    assert KEY not in render_configuration([], KEY)
