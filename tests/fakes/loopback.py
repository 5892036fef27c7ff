"""HTTP servers on loopback, with TLS or without, in this process."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import unquote

Answer = tuple[int, bytes]
Answerer = Callable[[str, str, bytes], Answer]


@contextmanager
def http_server(
    answer: Answerer, context: ssl.SSLContext | None = None, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[int]:
    """Serves what `answer` returns for method, path and body; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            status, content = answer(self.command, self.path, self._body())
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/json")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_DELETE = do_GET  # noqa: N815  # the standard library dictates the names

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            pass

    with _serving(Handler, context, address) as port:
        yield port


@contextmanager
def _serving(
    handler: type[BaseRequestHandler], context: ssl.SSLContext | None, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[int]:
    with _Server(address, handler) as server:
        server.context = context
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingTCPServer):
    """Does handshakes in the threads of their connections, and is silent about those that fail."""

    context: ssl.SSLContext | None = None
    allow_reuse_address = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request.settimeout(5)
            if self.context is not None:
                request = self.context.wrap_socket(request, server_side=True)
        except OSError:
            self.shutdown_request(request)
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are what some tests are about."""


@dataclass
class FakeEngine:
    """As much of a Docker engine as this program asks for; `images` has ids by tag, `loaded` the archives taken."""

    images: dict[str, str] = field(default_factory=dict)
    taking: str = "sha256:taken"
    refusal: str | None = None
    ready: bool = True
    loaded: list[bytes] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: bytes) -> Answer:
        path = unquote(path.partition("?")[0])
        path = path.partition("/v1.")[2].partition("/")[2] if path.startswith("/v1.") else path.removeprefix("/")
        parts = path.split("/")
        if path == "_ping":
            return (200, b"OK") if self.ready else (503, b"starting")
        if path == "version":
            return 200, json.dumps({"ApiVersion": "1.41", "Version": "20.10"}).encode()
        if (method, path) == ("POST", "images/load"):
            return self._load(body)
        if parts[0] == "images" and parts[-1] in ("json", "get"):
            return self._image("/".join(parts[1:-1]), parts[-1])
        raise AssertionError(f"{method} {path}")

    def _image(self, tag: str, what: str) -> Answer:
        tag = next((known for known, id_ in self.images.items() if id_ == tag), tag)
        if tag not in self.images:
            return 404, json.dumps({"message": f"No such image: {tag}"}).encode()
        if what == "get":
            return 200, f"archive of {tag}".encode()
        return 200, json.dumps({"Id": self.images[tag], "RepoTags": [tag]}).encode()

    def _load(self, body: bytes) -> Answer:
        self.loaded.append(body)
        if self.refusal is not None:
            return 200, json.dumps({"error": self.refusal}).encode()
        self.images[body.decode().removeprefix("archive of ")] = self.taking
        return 200, json.dumps({"stream": "Loaded image"}).encode()


@contextmanager
def talking(words: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that answers whatever it is asked, once per connection, with the same words; yields the port."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(words)

    with _serving(Handler, context) as port:
        yield port
