"""How the docker plugin reaches an engine: over verified TLS, or not at all."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from offline.docker.plugin import DockerPlugin
from tests.certificates import Authority, server_context
from tests.offline.engine import AbortedError, Caller, Made

IMAGE = {"Id": "sha256:1", "RepoDigests": []}
KNOWN = Made("sha256:1i", {"name": "i"}, {"name": "i"})


class _Engine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"ApiVersion": "1.41"} if self.path.endswith("/version") else IMAGE).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """A client that refuses the server's certificate is what some tests are about."""


@contextlib.contextmanager
def _engine(folder: Path, authority: Authority) -> Iterator[str]:
    """An engine's API over TLS that asks for a client certificate; its URL."""
    with _Server(("127.0.0.1", 0), _Engine) as server:
        context = server_context(folder, authority.issue("127.0.0.1"), clients_of=authority)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Caller:
    for name in ("DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    return Caller(DockerPlugin())


def _materials(folder: Path) -> dict[str, str]:
    return {f"{name}Material": (folder / f"{name}.pem").read_text() for name in ("ca", "cert", "key")}


def test_certificate_folder(caller: Caller, tmp_path: Path) -> None:
    authority = Authority()
    with _engine(tmp_path, authority) as host:
        caller.configure(host=host, certPath=str(authority.engine_folder(tmp_path / "client")))
        assert caller.read("RemoteImage", KNOWN)


def test_materials(caller: Caller, tmp_path: Path) -> None:
    authority = Authority()
    with _engine(tmp_path, authority) as host:
        caller.configure(host=host, **_materials(authority.engine_folder(tmp_path / "client")))
        assert caller.read("RemoteImage", KNOWN)


def test_foreign_server_is_refused(caller: Caller, tmp_path: Path) -> None:
    with _engine(tmp_path, Authority()) as host:
        caller.configure(host=host, certPath=str(Authority().engine_folder(tmp_path / "client")))
        with pytest.raises(AbortedError, match=r"does not answer.*certificate verify failed"):
            caller.read("RemoteImage", KNOWN)


def test_server_of_another_name_is_refused(caller: Caller, tmp_path: Path) -> None:
    authority = Authority()
    with _engine(tmp_path, authority) as host:
        other = host.replace("127.0.0.1", "localhost")
        caller.configure(host=other, certPath=str(authority.engine_folder(tmp_path / "client")))
        with pytest.raises(AbortedError, match="Hostname mismatch"):
            caller.read("RemoteImage", KNOWN)


def test_nobody_there(caller: Caller) -> None:
    caller.configure(host="tcp://127.0.0.1:1")
    with pytest.raises(AbortedError) as caught:
        caller.read("RemoteImage", KNOWN)
    assert str(caught.value) == "the Docker engine at tcp://127.0.0.1:1 does not answer: [Errno 111] Connection refused"


def test_a_host_that_is_silent_is_not_waited_for_long(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offline.docker.client.CONNECT_SECONDS", 0.2)
    with contextlib.ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [stack.enter_context(socket.socket()) for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        caller.configure(host=f"tcp://127.0.0.1:{full.getsockname()[1]}")
        begun = time.monotonic()
        with pytest.raises(AbortedError, match="does not answer: timed out"):
            caller.read("RemoteImage", KNOWN)
        assert time.monotonic() - begun < 10


def test_host_of_the_environment(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.2:1")
    caller.configure()
    with pytest.raises(AbortedError, match=r"the Docker engine at tcp://127\.0\.0\.2:1 does not answer"):
        caller.read("RemoteImage", KNOWN)


def test_unusable_configuration(caller: Caller, tmp_path: Path) -> None:
    caller.configure(host="tcp://127.0.0.1:1", certPath=str(tmp_path))
    with pytest.raises(AbortedError, match=f"ca.pem, cert.pem and key.pem in {tmp_path} cannot be used"):
        caller.read("RemoteImage", KNOWN)
    materials = _materials(Authority().engine_folder(tmp_path))
    with pytest.raises(AbortedError, match="caMaterial: all three materials are needed"):
        caller.configure(**{**materials, "caMaterial": ""})
    with pytest.raises(AbortedError, match="exclude each other") as caught:
        caller.configure(**materials, certPath=str(tmp_path))
    assert "PRIVATE KEY" not in str(caught.value)
