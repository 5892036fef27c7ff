"""The life of the certificates on the real engine, without machines: renewal, rotation, docker-machine's authority."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from registry_stack.certificates.dates import moment
from tasks.layout import HERE
from tests.authorities import LASTING, Made, key_pem
from tests.e2e.stack import KEY, Stack, taken_down

HOST = "registry0.localdomain"
PLACE = {
    "registry": {"address": "192.168.233.3"},
    "network": {"subnet": "192.168.233.0/24", "gateway": "192.168.233.2"},
}
PROGRAM = """\
import pulumi
import pulumi_tls as tls
from pulumi.runtime.config import CONFIG, get_config_env

from components.certificate_authority import anchors, certificate_authorities
from components.outputs import certificate_dates
from components.server_certificate import ServerCertificate, ServerCertificateArgs
from registry_stack.settings import load

settings = load({**get_config_env(), **CONFIG.get()}, pulumi.get_project())
stands_for_a_machine = tls.PrivateKey("machine", algorithm="ED25519")
parent = pulumi.ComponentResource("registry-stack:index:RegistryStack", "lab")
child = pulumi.ResourceOptions(parent=parent)
authorities = certificate_authorities("lab", settings, stands_for_a_machine, parent)
args = ServerCertificateArgs(settings.registry, settings.certificates, authorities[0])
certificate = ServerCertificate("lab-certificate", args, child)
pulumi.export("chain", certificate.chain)
pulumi.export("anchors", pulumi.Output.concat(*anchors(authorities).values()))
pulumi.export("key", certificate.private_key)
pulumi.export("certificates", certificate_dates(certificate, authorities, settings.certificates, parent))
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's certificates alone."""
    folder = tmp_path_factory.mktemp("program")
    for name in (".tools", "Pulumi.yaml", "components", "providers", "registry_stack"):
        (folder / name).symlink_to(HERE.checkout / name)
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


@pytest.fixture
def stack(program: Path, tmp_path: Path) -> Iterator[Stack]:
    made = Stack.make("e2e-certificates", tmp_path, PLACE)
    with taken_down(Stack(made.name, made.folder, made.environment, program)) as stack:
        yield stack


def up(stack: Stack, *authorities: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Brings the stack up with these authorities; its outputs."""
    stack.set({**PLACE, "certificates": {**({"authorities": [*authorities]} if authorities else {}), **more}})
    stack.up()
    outputs: dict[str, Any] = json.loads(stack.pulumi("stack", "output", "--json", "--show-secrets", *own(stack)))
    leaf = x509.load_pem_x509_certificates(outputs["chain"].encode())[0]
    assert load_pem_private_key(outputs["key"].encode(), None).public_key() == leaf.public_key()
    assert outputs["certificates"]["ends"] == moment(leaf.not_valid_after_utc)
    assert is_trusted(outputs, by=outputs)
    return outputs


def own(stack: Stack) -> tuple[str, str]:
    return "--stack", stack.name


def is_trusted(outputs: dict[str, Any], *, by: dict[str, Any]) -> bool:
    """Whether a client that trusts the anchors of `by` accepts the chain of `outputs`."""
    chain = x509.load_pem_x509_certificates(outputs["chain"].encode())
    store = Store(x509.load_pem_x509_certificates(by["anchors"].encode()))
    try:
        PolicyBuilder().store(store).build_server_verifier(x509.DNSName(HOST)).verify(chain[0], chain[1:])
    except x509.verification.VerificationError:
        return False
    return True


def ends_in(stack: Stack, left: timedelta, file: Path) -> None:
    """Writes into the state that the registry's certificate ends that soon."""
    state = json.loads(stack.export())
    (signed,) = [each for each in state["deployment"]["resources"] if each["type"].endswith(":LocallySignedCert")]
    signed["outputs"]["validityEndTime"] = moment(datetime.now(UTC) + left)
    file.write_text(json.dumps(state))
    stack.pulumi("stack", "import", "--file", str(file), *own(stack))


def test_an_up_within_the_window_renews_by_itself_and_a_preview_reminds(stack: Stack, tmp_path: Path) -> None:
    before = up(stack)
    ends_in(stack, timedelta(days=30, hours=1), tmp_path / "state.json")
    stack.preview("--expect-no-changes")
    ends_in(stack, timedelta(days=30), tmp_path / "state.json")
    assert stack.attempt("preview", "--expect-no-changes").returncode != 0
    after = up(stack)
    assert before["chain"] != after["chain"]
    assert before["key"] == after["key"]
    assert is_trusted(after, by=before)
    stack.up("--expect-no-changes")


def test_a_rotation_in_three_ups_has_no_gap(stack: Stack) -> None:
    old, new = {"name": "authority"}, {"name": "next", "key": "ecdsa-p256"}
    alone, both, switched, dropped = (up(stack, *each) for each in ([old], [old, new], [new, old], [new]))
    for before, after in ((alone, both), (both, switched), (switched, dropped)):
        assert is_trusted(after, by=before), "a client that is not there yet"
        assert is_trusted(before, by=after), "a registry that is not there yet"
    assert alone["chain"] == both["chain"]
    assert switched["chain"] == dropped["chain"]
    assert not is_trusted(alone, by=dropped)
    assert not is_trusted(dropped, by=alone)


def test_another_authority_of_docker_machine_is_an_error_until_it_is_rotated(stack: Stack) -> None:
    first, second = Made("unknown", **LASTING), Made("other", **LASTING)
    entries = [{"name": name, "source": "docker-machine"} for name in ("old", "new")]
    store(stack, first)
    before = up(stack, entries[0])
    store(stack, second)
    for operation in ("preview", "up"):
        refused = stack.attempt(operation, *(["--yes", "--skip-preview"] if operation == "up" else []))
        assert refused.returncode != 0
        assert "docker-machine has made another certificate authority" in refused.stdout
        assert "docs/certificates.md: rotation" in refused.stdout
        assert "Traceback" not in refused.stdout
    stack.refresh("--expect-no-changes")
    both = up(stack, *entries)
    assert both["chain"] == before["chain"]
    assert both["anchors"] == first.pem + second.pem
    assert up(stack, *reversed(entries))["anchors"] == second.pem + first.pem
    assert up(stack, entries[1])["chain"].endswith(second.pem)
    assert KEY not in stack.export()


def test_an_authority_that_is_provided_with_an_encrypted_key(stack: Stack) -> None:
    root = Made(**LASTING)
    signer = Made("signer", issuer=root, **LASTING)
    passphrase = "open sesame"  # noqa: S105  # a test's own
    given = {"source": "provided", "certificate": signer.pem + root.pem, "passphrase": passphrase}
    stack.set_secret(
        "certificates", {"authorities": [{**given, "privateKey": key_pem(signer.key, passphrase=passphrase)}]}
    )
    stack.up()
    outputs = json.loads(stack.pulumi("stack", "output", "--json", *own(stack)))
    assert outputs["anchors"] == root.pem
    assert outputs["chain"].endswith(signer.pem + root.pem)
    assert is_trusted(outputs, by=outputs)
    for text in (stack.export(), *stack.said):
        assert KEY not in text
        assert passphrase not in text


def store(stack: Stack, authority: Made) -> None:
    """Makes it docker-machine's authority."""
    folder = stack.storage / "certs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.pem").write_text(authority.pem)
    (folder / "ca-key.pem").write_text(authority.key_pem)
