"""The SDK's client, made to trust exactly one certificate authority."""

import ssl
from typing import Any

from docker import APIClient
from docker.tls import TLSConfig
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10.0


class _Adapter(HTTPAdapter):
    """Speaks TLS with the given context, and so trusts its authority alone."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Add nothing to the context: the method of `requests` would load the public authorities."""


class _Tls(TLSConfig):
    """Mounts the adapter on the SDK's client."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context

    def configure_client(self, client: Any) -> None:
        client.mount("https://", _Adapter(self._context))


def connect(host: str, context: ssl.SSLContext | None, timeout: int) -> APIClient:
    """A client for the engine at the host URL, speaking the newest version that both know. Context manager.

    `timeout` is how long an answer may take, in seconds; a host that is silent, as one that is gone, gets less.
    """
    # the SDK's types know one number, and `requests`, where it goes, two; the SDK's own adapters want one
    given: Any = (CONNECT_SECONDS, timeout) if host.startswith("tcp:") else timeout
    return APIClient(base_url=host, version="auto", timeout=given, tls=_Tls(context) if context else False)
