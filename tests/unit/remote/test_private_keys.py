"""Private keys of every kind, in every form and with whatever stands around them."""

import itertools
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from registry_stack.common.errors import StackError
from registry_stack.remote.private_keys import key_block, read_private_key
from tests.fakes.ssh_server import line

pytestmark = pytest.mark.loopback

Key = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KEYS: dict[str, Key] = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RSA": rsa.generate_private_key(65537, 2048),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
}
FORMS = {"OpenSSH": PrivateFormat.OpenSSH, "PKCS #8": PrivateFormat.PKCS8, "OpenSSL": PrivateFormat.TraditionalOpenSSL}
TOGETHER = [each for each in itertools.product(KEYS, FORMS) if each != ("Ed25519", "OpenSSL")]
PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
AROUND = {
    "nothing": "{}",
    "EC parameters in front": PARAMETERS + "{}",
    "a certificate behind": "{}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "attributes of PKCS #12": "Bag Attributes\n    friendlyName: key\nKey Attributes: <No Attributes>\n{}",
    "a byte order mark": "\ufeff{}",
    "blanks and lines": "\n\n  {}\n\n\n",
}
NONE = "is neither an Ed25519, an ECDSA nor an RSA key without a passphrase"


def text_of(kind: str, form: str, password: bytes | None = None) -> str:
    encryption: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    if password and form == "OpenSSH":  # its usual 16 rounds take 0.15 s each time
        encryption = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1).build(password)
    return KEYS[kind].private_bytes(Encoding.PEM, FORMS[form], encryption).decode()


def public_of(kind: str) -> str:
    public = KEYS[kind].public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return " ".join(public.decode().split()[:2])


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "form"), TOGETHER)
def test_a_key_is_read(kind: str, form: str, around: str, ending: str) -> None:
    key = read_private_key(AROUND[around].format(text_of(kind, form)).replace("\n", ending), "the key")
    assert key is not None
    assert line(key) == public_of(kind)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "form"), TOGETHER)
def test_a_passphrase_is_noticed(kind: str, form: str, around: str) -> None:
    assert read_private_key(AROUND[around].format(text_of(kind, form, b"a passphrase")), "the key") is None


def pkcs8(key: ed448.Ed448PrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


OTHERS = {
    "nothing": "",
    "nonsense": "nonsense",
    "a public key": "ssh-ed25519 AAAA",
    "only parameters": PARAMETERS,
    "Ed448": pkcs8(ed448.Ed448PrivateKey.generate()),
    "DSA": pkcs8(dsa.generate_private_key(2048)),
    "another curve": pkcs8(ec.generate_private_key(ec.SECP256K1())),
    "half a key": text_of("RSA", "PKCS #8")[:900],
    **{
        f"no {kind}": f"-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n"
        for kind in ("OPENSSH PRIVATE KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY")
    },
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_no_key_is_said(other: str) -> None:
    with pytest.raises(StackError, match=f"^the key {re.escape(NONE)}$") as raised:
        read_private_key(OTHERS[other], "the key")
    assert raised.value.__suppress_context__


def test_a_key_of_putty_is_told_what_to_do_with() -> None:
    with pytest.raises(StackError, match="the key is one of PuTTY's: export it as an OpenSSH key"):
        read_private_key("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "the key")


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "form"), TOGETHER)
def test_the_key_alone_is_what_others_are_given(kind: str, form: str, around: str) -> None:
    text = text_of(kind, form)
    assert key_block(AROUND[around].format(text)) == text


@pytest.mark.parametrize("text", ["", "key of m", PARAMETERS])
def test_a_text_without_a_key_stays_as_it_is(text: str) -> None:
    assert key_block(text) == text
