"""What the program hands to Pulumi in plain text, which is what a state file shows, holds no secret."""

import re
from typing import Any

import pytest

from tests.authorities import ROOT_TEXTS
from tests.unit.components.program_mocks import run
from tests.unit.components.values import is_secret, plain_text

PRIVATE = re.compile(r"<[^<>]*private_?key[^<>]*>", re.IGNORECASE)
HOOK = {"name": "hook", "url": "http://hook.example/", "headers": {"Authorization": ["Bearer s3cret"]}}
NOTIFYING: dict[str, Any] = {"notifications": [HOOK]}
CERTIFICATE, KEY = ROOT_TEXTS
AUTHORITY = {"source": "provided", "certificate": CERTIFICATE, "privateKey": KEY}
STORED = {"name": "stored", "source": "docker-machine"}
AUTHORITIES: dict[str, Any] = {"certificates": {"authorities": [AUTHORITY, STORED, {"name": "next"}]}}


@pytest.mark.parametrize("changes", [{}, NOTIFYING, AUTHORITIES], ids=["as it is", "notifying", "authorities"])
@pytest.mark.parametrize("stack", ["demo", "hyperv"])
def test_no_secret_in_plain_text(stack: str, changes: dict[str, Any]) -> None:
    ran = run(stack, **changes)
    laid_open = [each.urn for each in ran.resources if PRIVATE.search(str(each.inputs))]
    assert len(laid_open) >= 5, "the test sees none of the keys"
    for each in ran.resources:
        shown = plain_text(each.raw)
        assert not PRIVATE.search(shown), each.urn
        assert "s3cret" not in shown, each.urn
        assert "PRIVATE KEY" not in shown, each.urn
    assert not PRIVATE.search(str(ran.outputs))
    assert "s3cret" not in str(ran.outputs)
    assert "PRIVATE KEY" not in str(ran.outputs)


def test_the_header_reaches_the_registry_as_a_secret() -> None:
    config = run("hyperv", **NOTIFYING).of("Command")["registry-config.yml"]
    assert is_secret(config.raw["stdin"])
    assert "Bearer s3cret" in config.inputs["stdin"]


def test_the_machines_key_is_declared_secret() -> None:
    for each in run("demo").of("registry:Machine").values():
        assert "private_key" in each.request.additionalSecretOutputs
        assert is_secret(each.raw["ssh_key"])


def test_files_that_are_secret_go_through_a_secret_input() -> None:
    ran = run("demo")
    assert is_secret(ran.of("Command")["registry-config.yml"].raw["stdin"])
    assert is_secret(ran.of("ServedCertificate")["registry-certificate"].raw["private_key"])


def test_providers_are_in_the_state_by_reference_and_readable() -> None:
    own = ("Machine", "StaticAddress", "EngineImage", "Trust", "TrustCheck", "RegistryCheck", "ServedCertificate")
    for kind in own:
        for each in run("demo").of(f"registry:{kind}").values():
            assert isinstance(each.raw["__provider"], str)
