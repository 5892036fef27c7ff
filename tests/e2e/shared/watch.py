"""A watch over the command lines of all processes of this host, including those inside container machines."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ProcessWatch:
    """`seen` holds every command line that was there at any look."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.looks = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks at all processes, over and over."""
        stop = threading.Event()
        thread = threading.Thread(target=self._look, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _look(self, stop: threading.Event) -> None:
        while not stop.wait(0.02):
            self.looks += 1
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:  # the process has ended meanwhile
                    continue
