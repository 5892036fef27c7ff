"""Fingerprints of certificates.

Each takes a PEM text and is about its first certificate. They raise ValueError if there is none.
"""

import ssl
from hashlib import sha1, sha256

_SECONDS_TO_ANSWER = 5


def sha256_of(certificate: str) -> str:
    """The SHA-256, in hexadecimal digits."""
    return sha256(_der(certificate)).hexdigest()


def sha256_colons(certificate: str) -> str:
    """The SHA-256 as `openssl x509 -fingerprint -sha256` writes it: AB:CD:..."""
    return sha256(_der(certificate)).digest().hex(":").upper()


def sha1_of(certificate: str) -> str:
    """The SHA-1, in upper-case hexadecimal digits: the name that macOS and Windows use. No safety depends on it."""
    return sha1(_der(certificate), usedforsecurity=False).hexdigest().upper()


def fetch_sha256(host: str, port: int) -> str:
    """The SHA-256 of the certificate that a TLS server presents, valid or not. Raises OSError if it presents none."""
    return sha256_of(ssl.get_server_certificate((host, port), timeout=_SECONDS_TO_ANSWER))


def _der(text: str) -> bytes:
    begin = text.index(ssl.PEM_HEADER)
    return ssl.PEM_cert_to_DER_cert(text[begin : text.index(ssl.PEM_FOOTER, begin) + len(ssl.PEM_FOOTER)])
