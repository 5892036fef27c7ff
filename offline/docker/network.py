"""The Network resource type."""

from offline.docker import labels, schema
from offline.docker.api import DockerEngine, NotThereError, delete_when_free
from offline.kit.engine_log import EngineLog
from offline.kit.resource import Resource
from offline.kit.values import Properties

_POOL = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway", "auxAddress": "AuxiliaryAddresses"}


class Network(Resource):
    """A network."""

    tok = "docker:index/network:Network"
    schema = schema.NETWORK
    named = True

    def __init__(self, docker: DockerEngine, log: EngineLog) -> None:
        self._docker = docker
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._docker.api() as api:
            id_ = str(api.post("/networks/create", request(inputs))["Id"])
            return id_, state(api.get(f"/networks/{id_}"), inputs)

    def read(self, urn: str, id_: str, known: Properties) -> tuple[str, Properties] | None:
        with self._docker.api() as api:
            try:
                return id_, state(api.get(f"/networks/{id_}"), known)
            except NotThereError:
                return None

    def delete(self, urn: str, id_: str, known: Properties) -> None:
        with self._docker.api() as api:
            delete_when_free(api, f"/networks/{id_}", "has active endpoints", self._log.cancelled)


def state(facts: Properties, known: Properties) -> Properties:
    """The state of a network from its inspection; `known` is the state or the inputs so far."""
    ipam = facts["IPAM"]
    return {
        **known,
        "name": facts["Name"],
        "labels": labels.from_engine(facts["Labels"]),
        "driver": facts["Driver"],
        "options": facts["Options"] or {},
        "internal": facts["Internal"],
        "attachable": facts["Attachable"],
        "ingress": facts["Ingress"],
        "ipv6": facts["EnableIPv6"],
        "ipamDriver": ipam["Driver"],
        "ipamOptions": ipam["Options"] or {},
        "ipamConfigs": [
            {name: entry[key] for name, key in _POOL.items() if entry.get(key)} for entry in ipam["Config"] or []
        ],
        "scope": facts["Scope"],
    }


def request(inputs: Properties) -> Properties:
    """A network as the engine's API wants it (POST /networks/create)."""
    pools = [{_POOL[name]: value for name, value in entry.items()} for entry in inputs.get("ipamConfigs") or []]
    ipam = {"Driver": inputs.get("ipamDriver"), "Config": pools, "Options": inputs.get("ipamOptions")}
    body = {
        "Name": inputs["name"],
        # Old engines would make a second network of the same name.
        "CheckDuplicate": True,
        "Labels": labels.to_engine(inputs.get("labels")),
        "Driver": inputs.get("driver"),
        "Options": inputs.get("options"),
        "Internal": inputs.get("internal"),
        "Attachable": inputs.get("attachable"),
        "Ingress": inputs.get("ingress"),
        "EnableIPv6": inputs.get("ipv6"),
        "IPAM": ipam,
    }
    return {key: value for key, value in body.items() if value}
