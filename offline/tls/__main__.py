"""Starts the tls plugin."""

from offline.kit.stubs import without_sdk


def main() -> None:
    """Serve until the engine goes."""
    without_sdk()
    # Only now: these import the stubs.
    from offline.kit.server import serve
    from offline.tls.plugin import TlsPlugin

    serve(TlsPlugin())


if __name__ == "__main__":
    main()
