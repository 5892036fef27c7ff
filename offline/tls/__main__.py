"""Starts the tls plugin."""

from offline.plugin.server import serve
from offline.tls.plugin import TlsPlugin

serve(TlsPlugin())
