"""Starts the language host."""

from offline.kit.stubs import without_sdk

if __name__ == "__main__":
    without_sdk()
    # Only now: it imports the stubs.
    from offline.language.host import serve

    serve()
