"""Certificate authorities provided as PEM texts that are unfit, and the line that each of them gets."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from registry_stack.settings import SettingsError
from tests.authorities import DAY, NOW, Made, key_pem
from tests.unit.settings.test_provided import (
    ENCRYPTED,
    LOWER,
    MIDDLE,
    OTHER,
    PASSPHRASE,
    ROOT,
    SECOND,
    WRONG,
    extended,
    given,
    read,
)

KEYS = (
    "a certificate with a key that every engine supports (RSA of 2048 to 8192 bits, ECDSA P-256, P-384 or P-521, "
    "Ed25519): CN=root has"
)
PEM = "certificate is (PEM): should be"
NO_KEY = "should be a private key as PEM text: PKCS #8, RSA or EC, encrypted or not"
NO_PEM = "should be one or more certificates as PEM text, the signer's first"


def unfit(name: str) -> str:
    return (Path(__file__).parent / "unfit" / f"{name}.pem").read_text()


BROKEN = ROOT.pem.replace("\nMII", "\nAII")
CUT = ROOT.pem[: len(ROOT.pem) // 2]
UNKNOWN = ((x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),)


@pytest.mark.parametrize(
    ("authority", "line"),
    [
        # what is no certificate
        (given(""), f"certificate is (hidden): {NO_PEM}"),
        (given("/etc/ssl/ca.pem"), f"certificate is (hidden): {NO_PEM}"),
        (given("".join(ROOT.pem.splitlines()[1:-1])), f"certificate is (hidden): {NO_PEM}"),
        (given(BROKEN), f"certificate is (PEM): {NO_PEM}"),
        (given(CUT), f"certificate is (PEM): {NO_PEM}"),
        (given(ROOT.pem + BROKEN), f"certificate is (PEM): {NO_PEM}"),
        (given(ROOT.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST")), f"certificate is (PEM): {NO_PEM}"),
        (given(ROOT.pem.replace("CERTIFICATE", "PUBLIC KEY")), f"certificate is (PEM): {NO_PEM}"),
        (given(ROOT.pem + ROOT.key_pem), f"{PEM} certificates only: it has a private key in it"),
        (given(ROOT.key_pem, ROOT.pem), f"{PEM} certificates only: it has a private key in it"),
        (given(ENCRYPTED), f"{PEM} certificates only: it has a private key in it"),
        (given(7), "certificate is (hidden): should be a valid string"),
        (given([ROOT.pem]), "certificate is a list: should be a valid string"),
        # what may not sign
        (given(Made(authority=False).pem), f"{PEM} a CA certificate: CN=root has no CA flag (basicConstraints)"),
        (given(Made(authority=None).pem), f"{PEM} a CA certificate: CN=root has no CA flag (basicConstraints)"),
        (
            given(Made(usages=("crl_sign",)).pem),
            f"{PEM} a certificate that may sign others: CN=root may not (keyUsage)",
        ),
        (
            given(Made(usages=("digital_signature", "key_encipherment")).pem),
            f"{PEM} a certificate that may sign others: CN=root may not (keyUsage)",
        ),
        (
            given(Made(**extended(ExtendedKeyUsageOID.CLIENT_AUTH)).pem),
            f"{PEM} a certificate that may sign those of servers: CN=root may not (extendedKeyUsage)",
        ),
        (
            given(Made(**extended(ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)).pem),
            f"{PEM} a certificate that may sign those of servers: CN=root may not (extendedKeyUsage)",
        ),
        (given(Made(more=UNKNOWN).pem), f"{PEM} without unknown critical extensions: CN=root has 1.2.3.4"),
        # dates
        (given(Made(ends=NOW).pem), f"{PEM} valid now: CN=root ended on 2027-06-01T12:00:00Z"),
        (given(Made(ends=NOW - SECOND).pem), f"{PEM} valid now: CN=root ended on 2027-06-01T11:59:59Z"),
        (given(Made(begins=NOW + SECOND).pem), f"{PEM} valid now: CN=root is valid from 2027-06-01T12:00:01Z"),
        (
            given(LOWER.pem + MIDDLE.but(ends=NOW - DAY / 2).pem + ROOT.pem, LOWER.key_pem),
            f"{PEM} valid now: CN=middle ended on 2027-06-01T00:00:00Z",
        ),
        (
            given(MIDDLE.pem + ROOT.but(ends=NOW - DAY / 2).pem, MIDDLE.key_pem),
            f"{PEM} valid now: CN=root ended on 2027-06-01T00:00:00Z",
        ),
        (
            given(MIDDLE.pem + ROOT.but(begins=NOW + DAY).pem, MIDDLE.key_pem),
            f"{PEM} valid now: CN=root is valid from 2027-06-02T12:00:00Z",
        ),
        # signatures and keys
        (given(unfit("sha1")), f"{PEM} signed with SHA-256 or better: CN=root is signed with sha1"),
        (given(unfit("md5")), f"{PEM} signed with SHA-256 or better: CN=root is signed with md5"),
        (
            given(Made(algorithm=hashes.SHA224).pem),
            f"{PEM} signed with SHA-256 or better: CN=root is signed with sha224",
        ),
        (
            given(Made(algorithm=hashes.SHA3_256).pem),
            f"{PEM} signed with SHA-256 or better: CN=root is signed with sha3-256",
        ),
        (given(Made(kind="rsa-1024").pem), f"{PEM} {KEYS} RSA of 1024 bits"),
        (given(MIDDLE.pem + Made(kind="rsa-1024").pem, MIDDLE.key_pem), f"{PEM} {KEYS} RSA of 1024 bits"),
        (given(Made(kind="p224").pem), f"{PEM} {KEYS} ECDSA secp224r1"),
        (given(unfit("secp256k1")), f"{PEM} {KEYS} ECDSA secp256k1"),
        (given(Made(kind="dsa").pem), f"{PEM} {KEYS} a key of another kind"),
        (given(unfit("pss")), f"{PEM} {KEYS} a key of another kind"),
        (given(unfit("ed448")), f"{PEM} {KEYS} a key of another kind"),
        # bundles
        (given(MIDDLE.pem, MIDDLE.key_pem), f"{PEM} a bundle up to the root: CN=middle is signed by CN=root"),
        (
            given(LOWER.pem + MIDDLE.pem, LOWER.key_pem),
            f"{PEM} a bundle up to the root: CN=middle is signed by CN=root",
        ),
        (
            given(LOWER.pem + ROOT.pem, LOWER.key_pem),
            f"{PEM} a bundle in which each is signed by the next: CN=lower is not signed by CN=root",
        ),
        (
            given(MIDDLE.pem + OTHER.pem, MIDDLE.key_pem),
            f"{PEM} a bundle in which each is signed by the next: CN=middle is not signed by CN=other",
        ),
        (
            given(MIDDLE.pem + Made("root", kind="p384").pem, MIDDLE.key_pem),
            f"{PEM} a bundle in which each is signed by the next: CN=middle is not signed by CN=root",
        ),
        (
            given(ROOT.pem + MIDDLE.pem),
            f"{PEM} a bundle that ends with the root: after the root CN=root more follow",
        ),
        (given(ROOT.pem + ROOT.pem), f"{PEM} a bundle that ends with the root: after the root CN=root more follow"),
        (given(ROOT.pem + OTHER.pem), f"{PEM} a bundle that ends with the root: after the root CN=root more follow"),
        (
            given(MIDDLE.pem + ROOT.but(path_length=0).pem, MIDDLE.key_pem),
            f"{PEM} a bundle with at most 0 authorities below CN=root: it has 1",
        ),
        (
            given(LOWER.pem + MIDDLE.but(path_length=0).pem + ROOT.pem, LOWER.key_pem),
            f"{PEM} a bundle with at most 0 authorities below CN=middle: it has 1",
        ),
        (
            given(LOWER.pem + MIDDLE.pem + ROOT.but(path_length=1).pem, LOWER.key_pem),
            f"{PEM} a bundle with at most 1 authorities below CN=root: it has 2",
        ),
        # keys
        (given(private_key=""), f"privateKey is (hidden): {NO_KEY}"),
        (given(private_key="/etc/ssl/ca-key.pem"), f"privateKey is (hidden): {NO_KEY}"),
        (given(private_key="".join(ROOT.key_pem.splitlines()[1:-1])), f"privateKey is (hidden): {NO_KEY}"),
        (given(private_key=ROOT.key_pem[:-60]), f"privateKey is (PEM): {NO_KEY}"),
        (given(private_key=ROOT.key_pem.replace("\nMI", "\nAA")), f"privateKey is (PEM): {NO_KEY}"),
        (given(private_key=ROOT.pem), f"privateKey is (PEM): {NO_KEY}"),
        (given(private_key=key_pem(ROOT.key, PrivateFormat.OpenSSH)), f"privateKey is (PEM): {NO_KEY}"),
        (given(private_key=9), "privateKey is (hidden): should be a valid string"),
        (
            given(private_key=OTHER.key_pem),
            "privateKey is (PEM): should be the private key of the certificate CN=root: it belongs to another",
        ),
        (
            given(private_key=Made(kind="rsa-2048").key_pem),
            "privateKey is (PEM): should be the private key of the certificate CN=root: it belongs to another",
        ),
        (
            given(MIDDLE.pem + ROOT.pem, ROOT.key_pem),
            "privateKey is (PEM): should be the private key of the certificate CN=middle: it belongs to another",
        ),
        (
            given(private_key=Made(kind="dsa").key_pem),
            "privateKey is (PEM): should be a key that every engine supports",
        ),
        # passphrases
        (
            given(private_key=ENCRYPTED),
            "passphrase is not set: should be the passphrase of privateKey, which is encrypted",
        ),
        (
            given(private_key=ENCRYPTED, passphrase=""),
            "passphrase is (hidden): should be the passphrase of privateKey, which is encrypted",
        ),
        (
            given(private_key=ENCRYPTED, passphrase=WRONG),
            "passphrase is (hidden): should be the passphrase of privateKey: it does not decrypt it",
        ),
        (
            given(private_key=key_pem(ROOT.key, PrivateFormat.TraditionalOpenSSL, PASSPHRASE), passphrase=WRONG),
            "passphrase is (hidden): should be the passphrase of privateKey: it does not decrypt it",
        ),
        (given(passphrase=WRONG), "passphrase is (hidden): should be left out, because privateKey is not encrypted"),
        (given(passphrase=""), "passphrase is (hidden): should be left out, because privateKey is not encrypted"),
        (given(private_key=ENCRYPTED, passphrase=1234), "passphrase is (hidden): should be a valid string"),
        (
            given(private_key=ENCRYPTED.replace("\nMI", "\nAA"), passphrase=PASSPHRASE),
            f"privateKey is (PEM): {NO_KEY}",
        ),
    ],
)
def test_an_unfit_authority(authority: dict[str, object], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(authority)
    said = str(caught.value)
    assert said.startswith(f"registry-stack:certificates.authorities[0].{line}")
    assert len(said.splitlines()) == 1
    assert "s3" not in said
    for text in (authority["certificate"], authority["privateKey"]):
        assert not any(each in said for each in str(text).split() if len(each) > 40)
