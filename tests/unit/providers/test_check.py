"""The registry's check: what it waits for, what a refresh finds."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from providers import check
from providers.check import RegistryCheckProvider
from registry_stack.common.errors import RegistryError
from tests.certificates import Authority, server_context
from tests.fakes.loopback import http_server

HOST = "registry0.localdomain"
AUTHORITY = Authority()
PROVIDER = RegistryCheckProvider()
WELL: dict[str, list[str]] = {"drift": []}


def props(port: float, **changes: Any) -> dict[str, Any]:
    given = {"host": HOST, "address": "127.0.0.1", "port": port, "ca_certificate": AUTHORITY.certificate}
    return {**given, "revision": "1", "deadline": 20.0, **changes}


def refreshed(port: int) -> dict[str, Any]:
    result = PROVIDER.read("id", {**props(port), **WELL})
    assert result.id == "id", "a registry that is silent is no registry that is gone"
    assert result.outs is not None
    return dict(result.outs)


def test_a_registry_that_answers(tmp_path: Path) -> None:
    with http_server(lambda *_: (200, b"{}"), server_context(tmp_path, AUTHORITY.issue(HOST))) as port:
        made = PROVIDER.create(props(float(port)))
        assert made.id == f"{HOST}:{port}"
        assert made.outs == {**props(float(port)), **WELL}
        assert PROVIDER.read(made.id, made.outs).outs == made.outs
        again = props(port, revision="2")
        assert PROVIDER.update(made.id, made.outs, again).outs == {**again, **WELL}


def test_a_registry_that_is_not_trusted(tmp_path: Path) -> None:
    with http_server(lambda *_: (200, b"{}"), server_context(tmp_path, Authority("other").issue(HOST))) as port:
        said = rf"^the registry {HOST} at 127.0.0.1:{port} is not trusted: unable to get local issuer certificate"
        with pytest.raises(RegistryError, match=said):
            PROVIDER.create(props(port))
        seen = refreshed(port)
        (drift,) = seen.pop("drift")
        assert re.search(said, drift)
        assert seen == props(port)


def test_a_refresh_does_not_wait_long_for_one_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_SECONDS_IN_REFRESH", 0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    seen = refreshed(port)
    (drift,) = seen.pop("drift")
    assert drift.startswith(f"timed out after 0 s waiting for the registry {HOST} at 127.0.0.1:{port}; last error: ")
    assert seen == props(port)
