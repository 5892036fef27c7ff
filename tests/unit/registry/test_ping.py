"""Whether a registry answers, against TLS servers on loopback: good, wrong, silent, and not yet."""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from registry_stack.common.errors import DeadlineError, RegistryError
from registry_stack.registry.https import PinnedServer
from registry_stack.registry.ping import wait_until_answering
from tests.authorities import LASTING, Made
from tests.certificates import Authority, Issued, server_context
from tests.fakes.loopback import http_server, talking

HOST = "registry0.localdomain"
AUTHORITY = Authority()
BARE = Made("without key identifiers", identified=False, **LASTING)
_NAMED = ((x509.SubjectAlternativeName([x509.DNSName(HOST)]), False),)
BARE_SERVER = Made(HOST, issuer=BARE, authority=None, usages=None, more=_NAMED, identified=False, **LASTING)


def at(port: int) -> PinnedServer:
    return PinnedServer(HOST, "127.0.0.1", port, AUTHORITY.certificate)


def registry(status: int = 200) -> Callable[[str, str, bytes], tuple[int, bytes]]:
    def answer(method: str, path: str, _body: bytes) -> tuple[int, bytes]:
        assert (method, path) == ("GET", "/v2/")
        return status, b"{}"

    return answer


@pytest.mark.parametrize("status", [200, 401])
def test_a_registry_that_answers(status: int, tmp_path: Path) -> None:
    with http_server(registry(status), server_context(tmp_path, AUTHORITY.issue(HOST, "registry0"))) as port:
        wait_until_answering(at(port), 20)


def test_any_of_several_authorities_suffices(tmp_path: Path) -> None:
    others = [Authority("old"), AUTHORITY, Authority("test authority")]
    anchors = "".join(each.certificate for each in others)
    with http_server(registry(), server_context(tmp_path, AUTHORITY.issue(HOST))) as port:
        wait_until_answering(replace(at(port), ca_certificate=anchors), 20)
        missing = "".join(each.certificate for each in others if each is not AUTHORITY)
        with pytest.raises(RegistryError, match="is not trusted"):
            wait_until_answering(replace(at(port), ca_certificate=missing), 20)


def test_what_later_pythons_ask_for_is_not_asked_of_an_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, signed = (each.pem for each in (BARE, BARE_SERVER))
    create = ssl.create_default_context

    def strict(**given: Any) -> ssl.SSLContext:
        context = create(**given)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    served = server_context(tmp_path, Issued(signed, BARE_SERVER.key_pem))
    monkeypatch.setattr(ssl, "create_default_context", strict)
    with http_server(registry(), served) as port:
        wait_until_answering(replace(at(port), ca_certificate=plain), 20)


def test_the_host_is_named_as_clients_name_it(tmp_path: Path) -> None:
    seen = []
    context = server_context(tmp_path, AUTHORITY.issue(HOST))
    context.sni_callback = lambda _connection, name, _context: seen.append(name)
    with http_server(registry(), context) as port:
        wait_until_answering(at(port), 20)
    assert seen == [HOST]


@pytest.mark.parametrize(
    ("issued", "reason"),
    [
        pytest.param(AUTHORITY.issue("registry1.localdomain"), "Hostname mismatch", id="wrong name"),
        pytest.param(Authority("other").issue(HOST), "unable to get local issuer certificate", id="unknown authority"),
        pytest.param(
            Authority("test authority").issue(HOST), "certificate verify failed|signature|issuer", id="forged"
        ),
        pytest.param(AUTHORITY.issue(HOST, lasts=timedelta(hours=-1)), "certificate has expired", id="expired"),
    ],
)
def test_a_certificate_that_does_not_fit_is_an_error_at_once(issued: Issued, reason: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with http_server(registry(), server_context(tmp_path, issued)) as port:
        said = rf"^the registry {HOST} at 127.0.0.1:{port} is not trusted: {reason}"
        with pytest.raises(RegistryError, match=said):
            wait_until_answering(at(port), 10)
    assert time.monotonic() - began < 10, "it waited although that could not help"


@pytest.mark.parametrize("status", [404, 500, 503])
def test_another_answer_is_waited_out(status: int, tmp_path: Path) -> None:
    waited_out = pytest.raises(DeadlineError, match=rf"; last error: GET /v2/ was answered with {status}$")
    with http_server(registry(status), server_context(tmp_path, AUTHORITY.issue(HOST))) as port, waited_out:
        wait_until_answering(at(port), 0)


def test_a_registry_that_comes_up_in_time(tmp_path: Path) -> None:
    answers = iter([503, 200])
    with http_server(lambda *_: (next(answers), b""), server_context(tmp_path, AUTHORITY.issue(HOST))) as port:
        wait_until_answering(at(port), 20)


@pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH\r\n", b""], ids=["another protocol", "nothing"])
def test_what_does_not_speak_http_is_waited_out(words: bytes, tmp_path: Path) -> None:
    with talking(words, server_context(tmp_path, AUTHORITY.issue(HOST))) as port, pytest.raises(DeadlineError):
        wait_until_answering(at(port), 0)


def test_no_tls_is_waited_out() -> None:
    with http_server(registry()) as port, pytest.raises(DeadlineError):
        wait_until_answering(at(port), 0)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(
        DeadlineError, match=rf"timed out after 0 s waiting for the registry {HOST} at 127.0.0.1:{port}; "
    ):
        wait_until_answering(at(port), 0)


def test_somebody_listens_and_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(
            DeadlineError, match=rf"timed out after 0 s waiting for the registry {HOST} at 127.0.0.1:{port}; "
        ):
            wait_until_answering(at(port), 0, seconds_to_answer=0.1)
