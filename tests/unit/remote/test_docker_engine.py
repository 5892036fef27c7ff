"""A machine's engine, against a TLS server on loopback that wants a client's certificate."""

import datetime
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from registry_stack.common.errors import CertificateError, DeadlineError, StackError, UnreachableError
from registry_stack.remote import docker_engine
from registry_stack.remote.docker_engine import has_certificate_for, image_id, is_ready, load_image, wait_for_engine
from tests.certificates import Authority, Issued, server_context
from tests.fakes.loopback import Answerer, FakeEngine, http_server, talking

HERE = "127.0.0.1"
Serving = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def folder(authority: Authority, tmp_path: Path) -> Path:
    return authority.engine_folder(tmp_path / "machines" / "m")


@pytest.fixture
def serving(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serving:
    """Serves an engine at the port that the functions under test take for an engine's."""

    @contextmanager
    def serve(engine: Answerer, issued: Issued | None = None, clients_of: Authority | None = None) -> Iterator[None]:
        certificate = issued or authority.issue(HERE)
        context = server_context(tmp_path, certificate, clients_of=clients_of or authority)
        with http_server(engine, context) as port:
            monkeypatch.setattr(docker_engine, "PORT", port)
            yield

    return serve


def test_ready_or_not(folder: Path, serving: Serving) -> None:
    with serving(FakeEngine()):
        assert is_ready(HERE, folder)
    with serving(FakeEngine(ready=False)):
        assert not is_ready(HERE, folder)


def test_the_environments_ca_bundle_is_not_believed(
    folder: Path, serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.pem").write_text(Authority("other").certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    with serving(FakeEngine()):
        assert is_ready(HERE, folder)


def test_certificates_that_are_not_valid_for_the_address(folder: Path, serving: Serving, authority: Authority) -> None:
    past = datetime.timedelta(minutes=-1)
    for issued in (
        authority.issue("10.0.0.7", "localhost"),
        Authority("test authority").issue(HERE),
        authority.issue(HERE, lasts=past),
        authority.issue(HERE, client=True),
    ):
        with serving(FakeEngine(), issued):
            assert has_certificate_for(HERE, folder) is False
            with pytest.raises(
                CertificateError, match=r"^the engine at 127.0.0.1:\d+ can't be reached: .*verify failed"
            ):
                is_ready(HERE, folder)
    with serving(FakeEngine()):
        assert has_certificate_for(HERE, folder) is True


def test_an_engine_that_refuses_the_clients_certificate(folder: Path, serving: Serving) -> None:
    with serving(FakeEngine(), clients_of=Authority("other")), pytest.raises(UnreachableError):
        is_ready(HERE, folder)


def test_a_machine_whose_folder_is_gone(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="No such file"):
        is_ready(HERE, tmp_path / "gone")


def test_nobody_listens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as listening:
        monkeypatch.setattr(docker_engine, "PORT", listening.getsockname()[1])
    with pytest.raises(UnreachableError, match=r"^the engine at 127.0.0.1:\d+ can't be reached: .*refused"):
        is_ready(HERE, folder)
    with pytest.raises(
        DeadlineError, match=r"timed out after 0 s waiting for the engine at 127\.0\.0\.1:\d+; last error: .*refused"
    ):
        wait_for_engine(HERE, folder, 0)


def test_an_answer_that_is_no_http(
    folder: Path, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with talking(b"SSH-2.0-OpenSSH\r\n", server_context(tmp_path, authority.issue(HERE))) as port:
        monkeypatch.setattr(docker_engine, "PORT", port)
        with pytest.raises(UnreachableError, match=r"can't be reached: SSH-2\.0-OpenSSH"):
            is_ready(HERE, folder)


def test_waits_until_the_engine_is_ready(folder: Path, serving: Serving) -> None:
    class Starting(FakeEngine):
        def __call__(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
            answer = super().__call__(method, path, body)
            self.ready = True
            return answer

    engine = Starting(ready=False)
    with serving(engine):
        wait_for_engine(HERE, folder, 20)


def test_image_ids(folder: Path, serving: Serving) -> None:
    with serving(FakeEngine({"registry-stack/registry:2": "sha256:1"})):
        assert image_id(HERE, folder, "registry-stack/registry:2") == "sha256:1"
        assert image_id(HERE, folder, "registry-stack/registry:3") is None


def test_an_archive_is_streamed_in_pieces(folder: Path, serving: Serving) -> None:
    engine = FakeEngine()
    with serving(engine):
        load_image(HERE, folder, iter([b"archive ", b"of x:1"]))
    assert engine.loaded == [b"archive of x:1"]
    assert engine.images == {"x:1": "sha256:taken"}


def test_a_refused_archive_shows_the_engines_reason(folder: Path, serving: Serving) -> None:
    refused = pytest.raises(StackError, match=r"the engine at 127.0.0.1:\d+ rejected the image: .*no space left")
    with serving(FakeEngine(refusal="no space left on device")), refused:
        load_image(HERE, folder, [b"archive of x:1"])


@pytest.mark.parametrize("answer", [(500, b"no space left on device"), (503, b"")])
def test_an_engine_in_trouble_is_quoted(answer: tuple[int, bytes], folder: Path, serving: Serving) -> None:
    status, text = answer
    said = pytest.raises(StackError, match=rf"the engine at {HERE}:\d+ answered with {status}: {text.decode()}")
    with serving(lambda *_: answer), said:
        image_id(HERE, folder, "registry:2")
