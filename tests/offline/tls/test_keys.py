"""The tls plugin's private keys, in each of their forms."""

import base64

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from offline.kit.values import UNKNOWN, Properties
from offline.tls.plugin import PrivateKey, TlsPlugin
from tests.offline.engine import Caller, Made

PRIVATE = {"privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"}


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller(TlsPlugin())


def text(made: Made, name: str) -> str:
    return str(made.state[name])


@pytest.mark.parametrize(
    ("inputs", "kind", "preamble"),
    [
        ({"algorithm": "RSA"}, rsa.RSAPrivateKey, "RSA PRIVATE KEY"),
        ({"algorithm": "RSA", "rsaBits": 3072}, rsa.RSAPrivateKey, "RSA PRIVATE KEY"),
        ({"algorithm": "ECDSA"}, ec.EllipticCurvePrivateKey, "EC PRIVATE KEY"),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P384"}, ec.EllipticCurvePrivateKey, "EC PRIVATE KEY"),
        ({"algorithm": "ED25519"}, ed25519.Ed25519PrivateKey, "PRIVATE KEY"),
    ],
)
def test_private_key(caller: Caller, inputs: Properties, kind: type, preamble: str) -> None:
    made = caller.create("PrivateKey", inputs)
    loaded = serialization.load_pem_private_key(text(made, "privateKeyPem").encode(), None)
    assert isinstance(loaded, kind)
    assert text(made, "privateKeyPem").startswith(f"-----BEGIN {preamble}-----\n")
    spki = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for form in (text(made, "privateKeyPem"), text(made, "privateKeyPemPkcs8")):
        public = serialization.load_pem_private_key(form.encode(), None).public_key()
        assert public.public_bytes(*spki).decode() == made.state["publicKeyPem"]
    assert made.secrets == PRIVATE
    assert made.state["rsaBits"] == inputs.get("rsaBits", 2048)
    assert made.state["ecdsaCurve"] == inputs.get("ecdsaCurve", "P224")


@pytest.mark.parametrize(
    "inputs", [{"algorithm": "RSA"}, {"algorithm": "ECDSA", "ecdsaCurve": "P521"}, {"algorithm": "ED25519"}]
)
def test_openssh_forms(caller: Caller, inputs: Properties) -> None:
    made = caller.create("PrivateKey", inputs)
    private = serialization.load_ssh_private_key(text(made, "privateKeyOpenssh").encode(), None)
    assert private.public_key() == serialization.load_ssh_public_key(text(made, "publicKeyOpenssh").encode())
    assert private.public_key() == serialization.load_pem_public_key(text(made, "publicKeyPem").encode())
    kind, blob = text(made, "publicKeyOpenssh").split()
    known = paramiko.PKey.from_type_string(kind, base64.b64decode(blob))
    assert made.state["publicKeyFingerprintSha256"] == known.fingerprint
    assert made.state["publicKeyFingerprintMd5"] == known.get_fingerprint().hex(":")


def test_no_openssh_form_of_p224(caller: Caller) -> None:
    made = caller.create("PrivateKey", {"algorithm": "ECDSA"})
    names = ("publicKeyOpenssh", "privateKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256")
    assert [made.state[name] for name in names] == [""] * 4


def test_preview(caller: Caller) -> None:
    preview = caller.preview("PrivateKey", {"algorithm": "RSA"})
    assert preview["privateKeyPem"] == UNKNOWN
    assert (preview["rsaBits"], preview["ecdsaCurve"]) == (2048, "P224")


def test_inputs_of_the_official_plugin_lack_defaults(caller: Caller) -> None:
    resource = PrivateKey()
    state = caller.create("PrivateKey", {"algorithm": "RSA"}).state
    assert resource.diff(state, {"algorithm": "RSA", "__defaults": []}).changes == {}
