"""A webhook's other end: keeps what it is sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """The events that came to `port`, each with the Authorization header that it came with."""

    port: int = 0
    events: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator["Receiver"]:
        """Listens on every address, since the gateway's comes and goes with the network."""
        receiver = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.events += [(event, self.headers.get("Authorization", "")) for event in body["events"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        with ThreadingHTTPServer(("", 0), Handler) as server:
            receiver.port = server.server_port
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield receiver
            finally:
                server.shutdown()
                thread.join()
