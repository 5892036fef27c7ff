"""The Volume resource type."""

from offline.docker import labels, schema
from offline.docker.inspected import Inspected
from offline.kit.values import Properties


class Volume(Inspected):
    """A volume; its id is its name."""

    tok = "docker:index/volume:Volume"
    schema = schema.VOLUME
    path = "/volumes"
    busy = "is in use"
    removed_with = "?force=true"

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._engine.api() as api:
            facts = api.post(f"{self.path}/create", request(inputs))
            return str(facts["Name"]), self.state(facts, inputs)

    def state(self, facts: Properties, known: Properties) -> Properties:
        return {
            **known,
            "name": facts["Name"],
            "labels": labels.from_engine(facts["Labels"]),
            "driver": facts["Driver"],
            "driverOpts": facts["Options"] or {},
            "mountpoint": facts["Mountpoint"],
        }


def request(inputs: Properties) -> Properties:
    """A volume as the engine's API wants it (POST /volumes/create)."""
    body = {
        "Name": inputs["name"],
        "Driver": inputs.get("driver"),
        "DriverOpts": inputs.get("driverOpts"),
        "Labels": labels.to_engine(inputs.get("labels")),
    }
    return {key: value for key, value in body.items() if value}
