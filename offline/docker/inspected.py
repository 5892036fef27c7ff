"""What networks and volumes have in common: all there is to know of one is what the engine shows at its path."""

from abc import abstractmethod
from typing import ClassVar

from offline.docker.api import Engine, NotThereError, delete_when_free
from offline.kit import engine_log as plugin
from offline.kit.resource import Resource
from offline.kit.values import Properties


class Inspected(Resource):
    """`path` is where the engine has those of its kind, `busy` its reason not to remove one that is in use."""

    named = True
    path: ClassVar[str]
    busy: ClassVar[str]
    removed_with: ClassVar[str] = ""
    """The query of its removal."""

    def __init__(self, engine: Engine, log: plugin.Engine) -> None:
        self._engine = engine
        self._log = log

    @abstractmethod
    def state(self, facts: Properties, known: Properties) -> Properties:
        """The state of one from its inspection."""

    def read(self, urn: str, id_: str, known: Properties) -> tuple[str, Properties] | None:
        with self._engine.api() as api:
            try:
                return id_, self.state(api.get(f"{self.path}/{id_}"), known)
            except NotThereError:
                return None

    def delete(self, urn: str, id_: str, known: Properties) -> None:
        with self._engine.api() as api:
            delete_when_free(api, f"{self.path}/{id_}{self.removed_with}", self.busy, self._log.cancelled)
