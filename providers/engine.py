"""A machine's Docker engine, over TLS verified in both directions. Nothing of Pulumi here."""

import http.client
import ssl
from pathlib import Path

from providers.waiting import wait_for

PORT = 2376


def ping(address: str, folder: Path) -> bool:
    """Whether the engine at `address` is ready. `folder` has docker-machine's ca.pem, cert.pem and key.pem.

    Raises OSError while nothing answers, and where a certificate is not valid for the address.
    """
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    connection = http.client.HTTPSConnection(address, PORT, timeout=5, context=context)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.client.OK
    except http.client.HTTPException as error:
        raise ConnectionError(repr(error)) from error
    finally:
        connection.close()


def has_certificate_for(address: str, folder: Path) -> bool:
    """Whether the engine's certificate is valid for the address. Raises OSError while nothing answers."""
    try:
        ping(address, folder)
    except ssl.SSLCertVerificationError:
        return False
    return True


def wait_for_engine(address: str, folder: Path, seconds: float) -> None:
    """Waits until the engine at `address` is ready."""
    wait_for(f"the engine at {address}:{PORT}", lambda: ping(address, folder) or None, seconds)
