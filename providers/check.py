"""The RegistryCheck resource: the registry answers its API, over TLS that its certificate authority vouches for."""

import http.client
import socket
import ssl

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import Props, Provider, changed
from registry_stack.common.errors import DeadlineError, RegistryError
from registry_stack.common.waiting import wait_until

_WELL = {"answers": True, "reason": ""}
_INPUTS = ("host", "address", "port", "ca_certificate", "serving", "deadline")
_SECONDS_IN_REFRESH = 5
_SECONDS_TO_ANSWER = 5


class RegistryCheckProvider(Provider):
    """Translates Pulumi's calls into questions to the registry."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=not _olds["answers"] or bool(changed(_olds, _news, _INPUTS)))

    def create(self, props: Props) -> CreateResult:
        wait_for_registry(props, props["deadline"])
        return CreateResult(f"{props['host']}:{props['port']:.0f}", {**props, **_WELL})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            wait_for_registry(props, _SECONDS_IN_REFRESH)
        except (DeadlineError, RegistryError) as error:
            return ReadResult(id_, {**props, "answers": False, "reason": str(error)})
        return ReadResult(id_, {**props, **_WELL})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        wait_for_registry(_news, _news["deadline"])
        return UpdateResult({**_news, **_WELL})


class RegistryCheck(Resource, module="registry", name="RegistryCheck"):
    """A check that `host` at `address` serves the Registry v2 API, asked again whenever `serving` (any text) changes.
    `ca_certificate` may be several PEM texts, of which one suffices.

    `answers` is false after a refresh that found it silent, or untrusted, for that `reason`; the next `up` then waits
    for it, `deadline` seconds.
    """

    answers: pulumi.Output[bool]
    reason: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        host: str,
        address: pulumi.Input[str],
        port: int,
        ca_certificate: pulumi.Input[str],
        serving: pulumi.Input[str],
        deadline: float,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "host": host,
            "address": address,
            "port": port,
            "ca_certificate": ca_certificate,
            "serving": serving,
            "deadline": deadline,
        }
        super().__init__(RegistryCheckProvider(), resource_name, {**inputs, "answers": None, "reason": None}, opts)


def wait_for_registry(props: Props, seconds: float) -> None:
    """Waits until GET /v2/ is answered. A certificate that does not fit never will: that is a RegistryError at once."""
    host, address, port = props["host"], props["address"], int(props["port"])
    context = ssl.create_default_context(cadata=props["ca_certificate"])
    # Python 3.13 and later want extensions that docker-machine's authorities may lack, and that no engine asks for
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT

    def answered() -> bool:
        try:
            status = _status(host, address, port, context)
        except ssl.SSLCertVerificationError as error:  # an OSError too, but not one to wait out
            reason = error.verify_message
            raise RegistryError(f"the registry {host} at {address}:{port} is not trusted: {reason}") from None
        if status not in (http.client.OK, http.client.UNAUTHORIZED):
            raise ConnectionError(f"GET /v2/ was answered with {status}")
        return True

    failures = (OSError, http.client.HTTPException)
    wait_until(f"the registry {host} at {address}:{port}", answered, seconds, failures=failures)


def _status(host: str, address: str, port: int, context: ssl.SSLContext) -> int:
    with (
        socket.create_connection((address, port), timeout=_SECONDS_TO_ANSWER) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        connection = http.client.HTTPConnection(host)
        connection.sock = secured
        connection.request("GET", "/v2/")
        return connection.getresponse().status
