"""HTTPS to a registry at an address that its name need not resolve to.

The standard library's client: a refresh asks as well, and to load another would take longer than the answer.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class PinnedServer:
    """The server of the name `host`, reached at `address`; one of the authorities `ca_certificate` (PEM) must have
    signed its certificate, for that name."""

    host: str
    address: str
    port: int
    ca_certificate: str

    @contextmanager
    def get(self, path: str, seconds: float) -> Iterator[http.client.HTTPResponse]:
        """The answer to GET; `seconds` without a word of the server end it.

        Raises ssl.SSLCertVerificationError if the certificate does not fit, OSError or http.client.HTTPException if
        nothing answers, or something else than HTTPS.
        """
        context = _context(self.ca_certificate)
        with (
            socket.create_connection((self.address, self.port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=self.host) as secured,
        ):
            connection = http.client.HTTPSConnection(self.host, self.port, context=context)
            connection.sock = secured
            connection.request("GET", path)
            with connection.getresponse() as answer:
                yield answer


def _context(ca_certificate: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca_certificate)
    # Python 3.13 and later want extensions that docker-machine's authorities may lack, and that no engine asks for
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
