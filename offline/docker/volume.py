"""The Volume resource type."""

from offline.docker import labels, schema
from offline.docker.engine import Engine, NotThereError, delete_when_free
from offline.plugin import engine as plugin
from offline.plugin.resource import Resource
from offline.plugin.values import Properties


class Volume(Resource):
    """A volume; its id is its name."""

    tok = "docker:index/volume:Volume"
    schema = schema.VOLUME
    named = True

    def __init__(self, engine: Engine, log: plugin.Engine) -> None:
        self._engine = engine
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._engine.api() as api:
            facts = api.post("/volumes/create", request(inputs))
            return str(facts["Name"]), state(facts, inputs)

    def read(self, urn: str, id_: str, known: Properties) -> tuple[str, Properties] | None:
        with self._engine.api() as api:
            try:
                return id_, state(api.get(f"/volumes/{id_}"), known)
            except NotThereError:
                return None

    def delete(self, urn: str, id_: str, known: Properties) -> None:
        with self._engine.api() as api:
            delete_when_free(api, f"/volumes/{id_}?force=true", "is in use", self._log.cancelled)


def request(inputs: Properties) -> Properties:
    """A volume as the engine's API wants it (POST /volumes/create)."""
    body = {
        "Name": inputs["name"],
        "Driver": inputs.get("driver"),
        "DriverOpts": inputs.get("driverOpts"),
        "Labels": labels.to_engine(inputs.get("labels")),
    }
    return {key: value for key, value in body.items() if value}


def state(facts: Properties, known: Properties) -> Properties:
    """The state of a volume from its inspection."""
    return {
        **known,
        "name": facts["Name"],
        "labels": labels.from_engine(facts["Labels"]),
        "driver": facts["Driver"],
        "driverOpts": facts["Options"] or {},
        "mountpoint": facts["Mountpoint"],
    }
