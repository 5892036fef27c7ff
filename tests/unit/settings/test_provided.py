"""Certificate authorities provided as PEM texts, in all the forms that are fit, and as long as they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from registry_stack.settings import AuthoritySettings, SettingsError, load
from tests.authorities import DAY, NOW, Made, key_pem
from tests.unit.settings.test_settings import configuration

PASSPHRASE, WRONG = "open s3same", "open s3cret"
ROOT = Made()
MIDDLE = Made("middle", issuer=ROOT)
LOWER = Made("lower", issuer=MIDDLE)
OTHER = Made("other")
ENCRYPTED = key_pem(ROOT.key, passphrase=PASSPHRASE)
SECOND = timedelta(seconds=1)
KEYS = (
    "a certificate with a key that every engine supports (RSA of 2048 to 8192 bits, ECDSA P-256, P-384 or P-521, "
    "Ed25519): CN=root has"
)
PEM = "certificate is (PEM): should be"
NO_KEY = "should be a private key as PEM text: PKCS #8, RSA or EC, encrypted or not"
NO_PEM = "should be one or more certificates as PEM text, the signer's first"


def given(certificate: object = ROOT.pem, private_key: object = ROOT.key_pem, **more: object) -> dict[str, object]:
    return {"source": "provided", "certificate": certificate, "privateKey": private_key, **more}


def read(authority: dict[str, object], now: datetime = NOW) -> AuthoritySettings:
    config = configuration(certificates={"authorities": [authority]})
    return load(config, "registry-stack", now).certificates.authorities[0]


def extended(*usages: ObjectIdentifier) -> dict[str, Any]:
    return {"more": ((x509.ExtendedKeyUsage(usages), False),)}


@pytest.mark.parametrize(
    "authority",
    [
        pytest.param(given(), id="self-signed"),
        pytest.param(given(ROOT.pem.replace("\n", "\r\n"), ROOT.key_pem.replace("\n", "\r\n")), id="of Windows"),
        pytest.param(given(f"subject=/CN=root\n{ROOT.pem}\n\n", f"Bag Attributes\n{ROOT.key_pem}"), id="other text"),
        pytest.param(given(private_key=ENCRYPTED, passphrase=PASSPHRASE), id="encrypted"),
        pytest.param(
            given(private_key=key_pem(ROOT.key, PrivateFormat.TraditionalOpenSSL, PASSPHRASE), passphrase=PASSPHRASE),
            id="encrypted as of old",
        ),
        pytest.param(given(private_key=key_pem(ROOT.key, PrivateFormat.TraditionalOpenSSL)), id="EC"),
        pytest.param(
            given(
                private_key="-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + key_pem(ROOT.key, PrivateFormat.TraditionalOpenSSL)
            ),
            id="EC parameters first",
        ),
        pytest.param(given(ROOT.but(usages=None).pem), id="no key usage"),
        pytest.param(given(ROOT.but(**extended(ExtendedKeyUsageOID.SERVER_AUTH)).pem), id="for servers"),
        pytest.param(given(ROOT.but(**extended(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)).pem), id="for all"),
        pytest.param(given(ROOT.but(path_length=0).pem), id="path length 0"),
        pytest.param(given(ROOT.but(algorithm=hashes.SHA512).pem), id="SHA-512"),
        pytest.param(given(ROOT.but(begins=NOW, ends=NOW + SECOND).pem), id="a second"),
    ],
)
def test_a_fit_authority(authority: dict[str, object]) -> None:
    fit = read(authority).provided
    assert fit.private_key == ROOT.key_pem
    (certificate,) = x509.load_pem_x509_certificates(fit.bundle.encode())
    assert certificate.public_key() == ROOT.key.public_key()
    assert fit.bundle == fit.anchor
    assert fit.ends == certificate.not_valid_after_utc
    assert ROOT.key_pem[60:90] not in repr(fit)


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", "p384", "ed25519"])
def test_keys_of_every_kind_that_engines_know(kind: str) -> None:
    made = Made(kind=kind)
    fit = read(given(made.pem, made.key_pem)).provided
    assert fit.private_key == made.key_pem
    assert fit.anchor == made.pem


def test_a_bundle_is_what_is_served_and_its_root_what_is_trusted() -> None:
    root = ROOT.but(path_length=2)
    middle = Made("middle", issuer=root, path_length=1, ends=NOW + 7 * DAY)
    lower = Made("lower", issuer=middle, path_length=0)
    fit = read(given(lower.pem + middle.pem + root.pem, lower.key_pem)).provided
    assert fit.bundle == lower.pem + middle.pem + root.pem
    assert fit.anchor == root.pem
    assert fit.ends == NOW + 7 * DAY


@pytest.mark.parametrize(("now", "fit"), [(NOW - SECOND, False), (NOW, True), (NOW + DAY - SECOND, True)])
def test_fit_from_its_first_second_to_its_last(now: datetime, fit: bool) -> None:
    made = Made(begins=NOW, ends=NOW + DAY)
    if fit:
        assert read(given(made.pem, made.key_pem), now).provided.ends == NOW + DAY
    else:
        with pytest.raises(SettingsError, match="is valid from"):
            read(given(made.pem, made.key_pem), now)


def test_unless_told_the_clock_is_the_workstations() -> None:
    now = datetime.now(UTC)
    made = Made(begins=now - DAY, ends=now - SECOND)
    with pytest.raises(SettingsError, match="CN=root ended on"):
        load(configuration(certificates={"authorities": [given(made.pem, made.key_pem)]}), "registry-stack")
