"""Starts the docker plugin."""

from offline.kit.stubs import without_sdk


def main() -> None:
    """Serve until the engine goes."""
    without_sdk()
    # Only now: these import the stubs.
    from offline.docker.plugin import DockerPlugin
    from offline.kit.server import serve

    serve(DockerPlugin())


if __name__ == "__main__":
    main()
