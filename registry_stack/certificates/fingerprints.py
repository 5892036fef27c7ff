"""What a TLS server shows in its handshake. Nothing of Pulumi here."""

import ssl
from hashlib import sha256

_SECONDS_TO_ANSWER = 5


def fingerprint(chain: str) -> str:
    """The SHA-256 of a chain's first certificate (PEM), in hexadecimal digits."""
    first = chain[chain.index(ssl.PEM_HEADER) : chain.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)]
    return sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()


def fingerprint_shown(host: str, port: int) -> str:
    """The fingerprint of the certificate that is shown there, valid or not. Raises OSError if none is."""
    return fingerprint(ssl.get_server_certificate((host, port), timeout=_SECONDS_TO_ANSWER))
