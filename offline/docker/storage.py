"""The Network and Volume resource types."""

import time
from collections.abc import Callable

import docker.errors

from offline.docker import config, schema, state
from offline.docker.engine import Engine, post
from offline.plugin import engine as plugin
from offline.plugin.resource import Resource
from offline.plugin.values import Properties

# How long a network or volume that is still in use is tried again, in seconds; as the official plugin does.
_BUSY = 30


class Network(Resource):
    """A network."""

    token = "docker:index/network:Network"
    schema = schema.NETWORK
    named = True

    def __init__(self, engine: Engine, log: plugin.Engine) -> None:
        self._engine = engine
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._engine.client() as client:
            id_ = post(client, "/networks/create", config.network(inputs))["Id"]
            return id_, state.network(client.inspect_network(id_), inputs)

    def read(self, urn: str, id_: str, known: Properties) -> tuple[str, Properties] | None:
        with self._engine.client() as client:
            try:
                return id_, state.network(client.inspect_network(id_), known)
            except docker.errors.NotFound:
                return None

    def delete(self, urn: str, id_: str, known: Properties) -> None:
        with self._engine.client() as client:
            _remove(lambda: client.remove_network(id_), "has active endpoints", self._log)


class Volume(Resource):
    """A volume."""

    token = "docker:index/volume:Volume"
    schema = schema.VOLUME
    named = True

    def __init__(self, engine: Engine, log: plugin.Engine) -> None:
        self._engine = engine
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        labels = config.labels(inputs.get("labels") or [])
        with self._engine.client() as client:
            facts = client.create_volume(inputs["name"], inputs.get("driver"), inputs.get("driverOpts"), labels)
            return facts["Name"], state.volume(facts, inputs)

    def read(self, urn: str, id_: str, known: Properties) -> tuple[str, Properties] | None:
        with self._engine.client() as client:
            try:
                return id_, state.volume(client.inspect_volume(id_), known)
            except docker.errors.NotFound:
                return None

    def delete(self, urn: str, id_: str, known: Properties) -> None:
        with self._engine.client() as client:
            _remove(lambda: client.remove_volume(id_, force=True), "volume is in use", self._log)


def _remove(remove: Callable[[], object], busy: str, log: plugin.Engine) -> None:
    deadline = time.monotonic() + _BUSY
    while True:
        try:
            remove()
            return
        except docker.errors.NotFound:
            return
        except docker.errors.APIError as error:
            if busy not in str(error.explanation) or time.monotonic() > deadline or log.cancelled.wait(0.5):
                raise
