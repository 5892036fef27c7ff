"""A machine's Docker engine, over TLS verified in both directions.

Every function takes the engine's address and docker-machine's folder of the machine, with ca.pem, cert.pem and key.pem.
It raises UnreachableError while nothing answers, and CertificateError if a certificate is not valid.

The standard library's client: the Docker SDK takes 0.2 s to load, in each provider process of every refresh, for a few
simple requests. It would have to be told to ignore REQUESTS_CA_BUNDLE, too, which overrides the trusted authority.
"""

import http.client
import json
import ssl
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from registry_stack.common.errors import CertificateError, MachineError, StackError, UnreachableError
from registry_stack.common.waiting import wait_until

PORT = 2376
_SECONDS = 5
_SECONDS_TO_LOAD = 600
_SHOWN = 500


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
        said = _text(answer)
        if answer.status != http.client.OK or '"error"' in said:
            raise StackError(f"the engine at {address}:{PORT} rejected the image: {said[-_SHOWN:]}")


def claim_name(address: str, folder: Path, name: str, labels: Iterable[str], seconds: float) -> None:
    """Removes the container of that name, with its own volumes, if it has the labels, with whatever values.

    Waits for the engine. Raises MachineError if the name is somebody else's container's.
    """
    wait_for_engine(address, folder, seconds)
    filters = quote(json.dumps({"name": [f"^{name}$"]}))
    with _answer(address, folder, "GET", f"/containers/json?all=1&filters={filters}") as answer:
        found = _document(answer, address)
    for each in found:
        if not {*labels} <= {*each["Labels"]}:
            raise MachineError(
                f"{address} already has a container named {name} (of the image {each.get('Image')}), which no stack of "
                f"this program made: remove or rename it (docker rename {name} another-name), then run `pulumi up` "
                "again. Nothing of it was touched"
            )
        id_ = each["Id"]
        with _answer(address, folder, "DELETE", f"/containers/{id_}?force=1&v=1", seconds=_SECONDS_TO_LOAD) as answer:
            if answer.status not in (http.client.NO_CONTENT, http.client.NOT_FOUND):
                raise StackError(f"the engine at {address}:{PORT} could not remove {name}: {_text(answer)[-_SHOWN:]}")


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
    said = _text(answer)
    if answer.status != http.client.OK:
        raise StackError(f"the engine at {address}:{PORT} answered with {answer.status}: {said[-_SHOWN:]}")
    return json.loads(said)


def _text(answer: http.client.HTTPResponse) -> str:
    return answer.read().decode("utf-8", "replace").strip()


def _headers(body: Iterable[bytes] | None) -> dict[str, str]:
    return {"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"} if body is not None else {}
