"""The outputs of a stack, which are the contract for others."""

from typing import Any

import pytest

from registry_stack.certificates.fingerprints import sha256_colons
from tests.unit.components.program_mocks import Run, certificate_of, run
from tests.unit.components.values import opened_up

CLIENTS = ("client1", "client2")
AUTHORITY = certificate_of("authority-certificate")


@pytest.mark.parametrize(("stack", "trusts"), [("demo", ("system", "engine")), ("hyperv", ("system",) * 2)])
def test_outputs(stack: str, trusts: tuple[str, str]) -> None:
    outputs = opened_up(run(stack).outputs)
    assert outputs.pop("readme").startswith("# registry0.localdomain\n")
    assert outputs == {
        "registry": "registry0.localdomain",
        "url": "https://registry0.localdomain",
        "caCertificate": AUTHORITY,
        "fingerprints": {"authority": sha256_colons(AUTHORITY)},
        "machine": "registry0",
        "address": "192.168.233.3",
        "hostsLines": ["192.168.233.3 registry0", "192.168.233.3 registry0.localdomain"],
        "certificates": {
            "ends": "2121-01-31T12:00:00Z",
            "renewedFrom": "2121-01-01T12:00:00Z",
            "authorities": {"authority": "2121-01-31T12:00:00Z"},
        },
        "clients": {
            client: {
                "address": f"<{client} address>",
                "engine": f"tcp://<{client} address>:2376",
                "certPath": f"<{client} folder>",
                "trust": trust,
            }
            for client, trust in zip(CLIENTS, trusts, strict=True)
        },
    }


def test_outputs_with_another_port_and_without_clients() -> None:
    registry = {"address": "192.168.233.3", "port": 5000}
    outputs = run("hyperv", registry=registry, clients=[]).outputs
    assert outputs["registry"] == "registry0.localdomain:5000"
    assert outputs["url"] == "https://registry0.localdomain:5000"
    assert outputs["clients"] == {}


def known_in_preview(ran: Run) -> dict[str, Any]:
    return {
        key: value for key, value in ran.outputs.items() if "04da6b54-80e4-46f7-96ec-b56ff0331ba9" not in str(value)
    }


def test_a_preview_announces_no_registry_that_nobody_has_heard() -> None:
    assert set(known_in_preview(run("demo", preview=True))) == {"machine", "address", "hostsLines"}


def readme(**changes: Any) -> str:
    text = opened_up(run("demo", **changes).outputs)["readme"]
    assert isinstance(text, str)
    assert "${" not in text
    return text


def test_the_readme_tells_how_to_join_and_what_ends_when() -> None:
    lines = readme().splitlines()
    assert lines[0] == "# registry0.localdomain"
    for block in (
        ["   ```", "   192.168.233.3 registry0", "   192.168.233.3 registry0.localdomain", "   ```"],
        ["", f"   - authority: {sha256_colons(AUTHORITY)}", ""],
        ["", "  - authority: 2121-01-31T12:00:00Z"],
    ):
        first = lines.index(block[1]) - 1
        assert lines[first : first + len(block)] == block
    text = " ".join(lines)
    assert "certificate ends at 2121-01-31T12:00:00Z. Each `pulumi up` from   2121-01-01T12:00:00Z on renews it" in text
    assert "   docker pull registry0.localdomain/NAME:TAG" in text
    assert "`/etc/docker/certs.d/registry0.localdomain/ca.crt`" in text


def test_the_readme_names_every_authority_and_another_port() -> None:
    authorities = {"authorities": [{"name": "next"}, {}]}
    text = readme(
        registry={"address": "192.168.233.3", "port": 5000}, machine={"driver": "virtualbox"}, certificates=authorities
    )
    for name in ("next", "authority"):
        assert f"   - {name}: {sha256_colons(certificate_of(f'{name}-certificate'))}\n" in text
        assert f"  - {name}: 2121-01-31T12:00:00Z\n" in text
    assert "`/etc/docker/certs.d/registry0.localdomain:5000/ca.crt`" in text
