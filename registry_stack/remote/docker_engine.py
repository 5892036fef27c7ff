"""A machine's Docker engine, over TLS verified in both directions. Nothing of Pulumi here.

Every function takes the engine's address and docker-machine's folder of the machine, with ca.pem, cert.pem and key.pem,
and raises UnreachableError while nothing answers, CertificateError where a certificate is not valid. The standard
library's client, because the Docker SDK's lets REQUESTS_CA_BUNDLE override which certificate authority it believes.
"""

import http.client
import json
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from registry_stack.common.errors import CertificateError, StackError, UnreachableError
from registry_stack.common.waiting import wait_until

PORT = 2376
_SECONDS = 5
_SECONDS_TO_LOAD = 600


def is_ready(address: str, folder: Path) -> bool:
    """Whether the engine is ready."""
    with _answer(address, folder, "GET", "/_ping") as answer:
        return answer.status == http.client.OK


def has_certificate_for(address: str, folder: Path) -> bool:
    """Whether the engine's certificate is valid for the address at which it answers."""
    try:
        is_ready(address, folder)
    except CertificateError:
        return False
    return True


def wait_for_engine(address: str, folder: Path, seconds: float) -> None:
    """Waits until the engine is ready."""
    wait_until(f"the engine at {address}:{PORT}", lambda: is_ready(address, folder), seconds)


def image_id(address: str, folder: Path, tag: str) -> str | None:
    """The id of an image of the engine, or None if it has no image of that tag."""
    with _answer(address, folder, "GET", f"/images/{quote(tag)}/json") as answer:
        if answer.status == http.client.NOT_FOUND:
            return None
        return str(_document(answer, address)["Id"])


def load_image(address: str, folder: Path, archive: Iterable[bytes]) -> None:
    """Streams an image archive, as `docker save` makes it, into the engine."""
    with _answer(address, folder, "POST", "/images/load", archive, _SECONDS_TO_LOAD) as answer:
        said = answer.read().decode("utf-8", "replace")
        if answer.status != http.client.OK or '"error"' in said:
            raise StackError(f"the engine at {address}:{PORT} did not take the image: {said.strip()[-500:]}")


def remove_container(address: str, folder: Path, name: str, labels: Mapping[str, str]) -> None:
    """Removes the container of that name, with its own volumes, if it has the labels."""
    filters = {"name": [f"^{name}$"], "label": [f"{label}={value}" for label, value in labels.items()]}
    with _answer(address, folder, "GET", f"/containers/json?all=1&filters={quote(json.dumps(filters))}") as answer:
        found = [each["Id"] for each in _document(answer, address)]
    for id_ in found:
        with _answer(address, folder, "DELETE", f"/containers/{id_}?force=1&v=1", seconds=_SECONDS_TO_LOAD) as answer:
            if answer.status not in (http.client.NO_CONTENT, http.client.NOT_FOUND):
                raise StackError(f"the engine at {address}:{PORT} did not remove {name}: {answer.read()[-500:]!r}")


@contextmanager
def _answer(
    address: str, folder: Path, method: str, path: str, body: Iterable[bytes] | None = None, seconds: float = _SECONDS
) -> Iterator[http.client.HTTPResponse]:
    try:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        with closing(http.client.HTTPSConnection(address, PORT, timeout=seconds, context=context)) as connection:
            connection.request(method, path, body, encode_chunked=body is not None, headers=_headers(body))
            yield connection.getresponse()
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(f"the engine at {address}:{PORT}", error) from None
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"the engine at {address}:{PORT}", error) from None


def _document(answer: http.client.HTTPResponse, address: str) -> Any:
    """The JSON document of an answer. Raises StackError, with what the engine said, if it is another answer."""
    text = answer.read()
    if answer.status != http.client.OK:
        said = text.decode("utf-8", "replace").strip()[-500:]
        raise StackError(f"the engine at {address}:{PORT} answered with {answer.status}: {said}")
    return json.loads(text)


def _headers(body: Iterable[bytes] | None) -> dict[str, str]:
    return {"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"} if body is not None else {}
