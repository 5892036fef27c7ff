"""Starts the command plugin."""

from offline.kit.stubs import without_sdk


def main() -> None:
    """Serve until the engine goes."""
    without_sdk()
    # Only now: these import the stubs.
    from offline.command.plugin import CommandPlugin
    from offline.kit.server import serve

    serve(CommandPlugin())


if __name__ == "__main__":
    main()
