"""Fingerprints, as cryptography computes them."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from registry_stack.certificates.fingerprints import sha1_of, sha256_colons, sha256_of
from tests.certificates import Authority

FIRST, SECOND = (Authority(name).certificate for name in ("first", "second"))
LOADED = x509.load_pem_x509_certificate(FIRST.encode())


@pytest.mark.parametrize(
    "text",
    [FIRST, FIRST + SECOND, f"subject=CN = first\n\n{FIRST}", FIRST.replace("\n", "\r\n")],
    ids=["alone", "first", "with words", "crlf"],
)
def test_a_fingerprint_is_that_of_the_first_certificate(text: str) -> None:
    assert sha256_of(text) == LOADED.fingerprint(SHA256()).hex()
    assert sha256_colons(text) == LOADED.fingerprint(SHA256()).hex(":").upper()
    assert sha1_of(text) == LOADED.fingerprint(SHA1()).hex().upper()  # noqa: S303  # it is a name


@pytest.mark.parametrize(
    "text", ["", "no certificate", FIRST[:100], f"-----END CERTIFICATE-----\n{FIRST[:60]}"], ids=range(4)
)
def test_without_a_certificate_there_is_none(text: str) -> None:
    for fingerprint in (sha256_of, sha256_colons, sha1_of):
        with pytest.raises(ValueError, match="substring not found"):
            fingerprint(text)
