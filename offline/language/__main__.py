"""Starts the language host."""

import gc

from offline.kit.stubs import without_sdk

# As it is, the collector goes through all that imports have made a hundred times, and finds nothing.
gc.set_threshold(50_000, 20, 100)

if __name__ == "__main__":
    without_sdk()
    # Only now: it imports the stubs.
    from offline.language.host import serve

    serve()
