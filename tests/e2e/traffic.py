"""Two clients of a registry that push and pull all the time, each by its own engine, and how that went."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from docker.errors import DockerException
from requests.exceptions import RequestException

from registry_stack.common.archives import pack_files
from registry_stack.common.errors import StackError
from registry_stack.common.waiting import wait_for
from tasks.demo.client_engine import engine, pull, push, remove_image
from tasks.stack.outputs import Client

_SECONDS = 300


@dataclass(frozen=True)
class Operation:
    """A push or a pull: when it began (monotonic), how many seconds it took, and what it failed with."""

    kind: str
    began: float
    took: float
    error: str | None

    def __str__(self) -> str:
        return f"{self.kind}, after {self.took:.1f} s: {self.error}"


@dataclass
class Traffic:
    """A client that pushes a new layer of `size` bytes each time, and one that pulls the last image without having any
    of it. Both pause for `pause` seconds between two operations."""

    repository: str
    pause: float = 0.0
    size: int = 50_000
    done: list[Operation] = field(default_factory=list)
    _pushed: tuple[str, str] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def flowing(self, pusher: Client, puller: Client) -> Iterator["Traffic"]:
        """Lets them push and pull. Operations that are under way at the end are completed."""
        threads = [
            threading.Thread(target=work, args=[client])
            for work, client in ((self._push, pusher), (self._pull, puller))
        ]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self._stop.set()
            for each in threads:
                each.join()

    def wait_for_more(self, count: int) -> None:
        """Waits until so many operations of each kind have begun and ended from now on."""
        now = time.monotonic()

        def enough() -> bool | None:
            since = [each.kind for each in list(self.done) if each.began >= now]
            return min(since.count("push"), since.count("pull")) >= count or None

        wait_for(f"{count} more pushes and pulls", enough, _SECONDS)

    @property
    def failures(self) -> list[str]:
        return [str(each) for each in self.done if each.error is not None]

    def figures(self) -> str:
        """How many operations there were, how many failed, and how long they took."""
        times = {kind: sorted(each.took for each in self.done if each.kind == kind) for kind in ("push", "pull")}
        return f"{len(self.done)} operations, {len(self.failures)} failed; " + ", ".join(
            f"{len(took)} of kind {kind}, median {took[len(took) // 2]:.2f} s, longest {took[-1]:.1f} s"
            for kind, took in times.items()
        )

    def _push(self, client: Client) -> None:
        with engine(client.engine, client.cert_path) as docker:
            while not self._stop.wait(self.pause):
                tag = str(time.monotonic_ns())
                docker.api.import_image_from_data(_random_archive(self.size), repository=self.repository, tag=tag)
                with self._operation("push"):
                    self._pushed = tag, push(docker, self.repository, tag)
                remove_image(docker, f"{self.repository}:{tag}")

    def _pull(self, client: Client) -> None:
        tag, digest = wait_for("the first push", lambda: self._pushed, _SECONDS, pause=0.05)
        with engine(client.engine, client.cert_path) as docker:
            while not self._stop.wait(self.pause):
                with self._operation("pull"):
                    pulled = pull(docker, self.repository, tag)
                    if f"{self.repository}@{digest}" not in pulled:
                        raise StackError(f"it is {pulled}, but was pushed as {digest}")
                remove_image(docker, f"{self.repository}:{tag}")
                tag, digest = self._pushed or (tag, digest)

    @contextmanager
    def _operation(self, kind: str) -> Iterator[None]:
        began = time.monotonic()
        error = None
        try:
            yield
        except (StackError, DockerException, RequestException) as failure:
            error = str(failure)
        self.done.append(Operation(kind, began, time.monotonic() - began, error))


def _random_archive(size: int) -> bytes:
    """The root of an image that no registry has a layer of."""
    return pack_files({"content": os.urandom(size)})
