"""The Container resource type."""

import time

from offline.docker import config, schema, uploads
from offline.docker import state as states
from offline.docker.api import Api, DockerEngine, NotThereError
from offline.docker.image import find
from offline.kit import schema as tables
from offline.kit.engine_log import EngineLog
from offline.kit.resource import Diff, PluginError, Resource
from offline.kit.values import Properties

# Changes to these reach a container that exists.
_UPDATABLE = (
    *("restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap"),
    *("deviceReadBps", "deviceReadIops", "deviceWriteBps", "deviceWriteIops"),
)


class Container(Resource):
    """A container, made, connected, filled and started in this order."""

    tok = "docker:index/container:Container"
    schema = schema.CONTAINER
    delete_before_replace = True
    named = True

    def __init__(self, docker: DockerEngine, log: EngineLog) -> None:
        self._docker = docker
        self._log = log

    def diff(self, state: Properties, inputs: Properties) -> Diff:
        return super().diff(state, with_chosen_ports(tables.filled(self.schema, inputs), state))

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._docker.api() as api:
            find(api, inputs["image"], platform=None)
            query = {"name": inputs["name"], "platform": inputs.get("platform")}
            id_ = str(api.post("/containers/create", config.container(inputs), query)["Id"])
            try:
                logs = self._complete(api, id_, inputs)
            except BaseException:
                # A container that could not be completed would be in the way of the next attempt.
                api.delete(f"/containers/{id_}", {"v": True, "force": True})
                raise
            return id_, states.container(api.get(f"/containers/{id_}/json"), {**inputs, "containerLogs": logs})

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties] | None:
        with self._docker.api() as api:
            try:
                return id_, states.container(api.get(f"/containers/{id_}/json"), state)
            except NotThereError:
                return None

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        changes = self.diff(state, inputs).changes
        with self._docker.api() as api:
            if "mustRun" in changes and inputs["mustRun"] and inputs["start"]:
                api.post(f"/containers/{id_}/start")
            if any(name in changes for name in _UPDATABLE):
                api.post(f"/containers/{id_}/update", config.resources(inputs))
            return states.container(api.get(f"/containers/{id_}/json"), self.merged(state, inputs))

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        with self._docker.api() as api:
            try:
                if not state.get("attach"):
                    api.post(f"/containers/{id_}/stop", query={"t": state.get("destroyGraceSeconds") or 0})
                api.delete(f"/containers/{id_}", {"v": state.get("removeVolumes", True), "force": True})
            except NotThereError:
                return

    def _complete(self, api: Api, id_: str, inputs: Properties) -> str | None:
        connect(api, id_, inputs.get("networksAdvanced") or [])
        for upload in inputs.get("uploads") or []:
            api.put_archive(id_, uploads.archive(upload))
        if inputs["start"]:
            api.post(f"/containers/{id_}/start")
            if inputs["wait"]:
                self._await_health(api, id_, inputs["waitTimeout"])
        if not inputs["attach"]:
            return None
        api.post(f"/containers/{id_}/wait")
        return api.logs(id_) if inputs["logs"] else None

    def _await_health(self, api: Api, id_: str, seconds: int) -> None:
        deadline = time.monotonic() + seconds
        while not self._log.cancelled.wait(0.2):
            health = api.get(f"/containers/{id_}/json")["State"].get("Health")
            if health is None:
                raise PluginError("wait needs a healthcheck, and neither the container nor its image has one")
            if health["Status"] == "healthy":
                return
            if time.monotonic() > deadline:
                raise PluginError(f"the container was not healthy within {seconds} s: it is {health['Status']}")
        raise PluginError("cancelled while waiting for the container to be healthy")


def with_chosen_ports(inputs: Properties, state: Properties) -> Properties:
    """The inputs with the host ports that the engine chose where the program leaves the choice to it."""
    entries, bound = inputs.get("ports"), state.get("ports") or []
    if not isinstance(entries, list):
        return inputs
    chosen = {(port["internal"], port["protocol"], port["ip"]): port["external"] for port in bound}
    keys = [(entry["internal"], entry["protocol"], entry["ip"]) for entry in entries]
    filled = [{"external": chosen.get(key), **entry} for key, entry in zip(keys, entries, strict=True)]
    return {**inputs, "ports": filled}


def connect(api: Api, id_: str, endpoints: list[Properties]) -> None:
    """Connect the container to these networks instead of the default one."""
    if not endpoints:
        return
    attached = api.get(f"/containers/{id_}/json")["NetworkSettings"]["Networks"]
    if "bridge" in attached:
        api.post("/networks/bridge/disconnect", {"Container": id_})
    for endpoint in endpoints:
        body = {"Container": id_, "EndpointConfig": config.endpoint(endpoint)}
        api.post(f"/networks/{endpoint['name']}/connect", body)
