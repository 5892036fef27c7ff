"""The Container resource type."""

import base64
import binascii
import io
import tarfile
import time
from pathlib import Path
from urllib.parse import urlencode

import docker.errors
from docker import APIClient

from offline.docker import config, schema
from offline.docker import state as states
from offline.docker.engine import Engine, post
from offline.docker.image import find
from offline.plugin import engine as plugin
from offline.plugin.resource import Failure, Resource
from offline.plugin.values import Properties

# Changes to these reach a container that exists.
_UPDATABLE = (
    *("restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap"),
    *("deviceReadBps", "deviceReadIops", "deviceWriteBps", "deviceWriteIops"),
)


class Container(Resource):
    """A container, made, connected, filled and started in this order."""

    token = "docker:index/container:Container"
    schema = schema.CONTAINER
    delete_before_replace = True
    named = True

    def __init__(self, engine: Engine, log: plugin.Engine) -> None:
        self._engine = engine
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        with self._engine.client() as client:
            find(client, inputs["image"], platform=None)
            query = urlencode({key: inputs[key] for key in ("name", "platform") if inputs.get(key)})
            id_ = post(client, f"/containers/create?{query}", config.container(inputs))["Id"]
            try:
                logs = self._complete(client, id_, inputs)
            except BaseException:
                # A container that could not be completed would be in the way of the next attempt.
                client.remove_container(id_, v=True, force=True)
                raise
            known = {**inputs, "containerLogs": logs} if logs is not None else inputs
            return id_, states.container(client.inspect_container(id_), known)

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties] | None:
        with self._engine.client() as client:
            try:
                return id_, states.container(client.inspect_container(id_), state)
            except docker.errors.NotFound:
                return None

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        with self._engine.client() as client:
            if inputs["mustRun"] and not state.get("mustRun") and inputs["start"]:
                client.start(id_)
            changed = self.diff(state, inputs).changes
            if any(name in changed for name in _UPDATABLE):
                post(client, f"/containers/{id_}/update", config.resources(inputs))
            return states.container(client.inspect_container(id_), {**state, **inputs})

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        with self._engine.client() as client:
            try:
                if not state.get("attach"):
                    client.stop(id_, timeout=state.get("destroyGraceSeconds") or 0)
                client.remove_container(id_, v=state.get("removeVolumes", True), force=True)
            except docker.errors.NotFound:
                return

    def _complete(self, client: APIClient, id_: str, inputs: Properties) -> str | None:
        connect(client, id_, inputs.get("networksAdvanced") or [])
        for upload in inputs.get("uploads") or []:
            client.put_archive(id_, "/", archive(upload))
        if inputs["start"]:
            client.start(id_)
            if inputs["wait"]:
                self._await_health(client, id_, inputs["waitTimeout"])
        if not inputs["attach"]:
            return None
        client.wait(id_)
        return client.logs(id_).decode(errors="replace") if inputs["logs"] else None

    def _await_health(self, client: APIClient, id_: str, seconds: int) -> None:
        deadline = time.monotonic() + seconds
        while not self._log.cancelled.wait(0.2):
            health = client.inspect_container(id_)["State"].get("Health")
            if health is None:
                raise Failure("wait needs a healthcheck, and neither the container nor its image has one")
            if health["Status"] == "healthy":
                return
            if time.monotonic() > deadline:
                raise Failure(f"the container was not healthy within {seconds} s: it is {health['Status']}")
        raise Failure("cancelled while waiting for the container to be healthy")


def connect(client: APIClient, id_: str, endpoints: list[Properties]) -> None:
    """Connect the container to these networks instead of the default one."""
    if not endpoints:
        return
    attached = client.inspect_container(id_)["NetworkSettings"]["Networks"]
    if "bridge" in attached:
        client.disconnect_container_from_network(id_, "bridge")
    for endpoint in endpoints:
        body = {"Container": id_, "EndpointConfig": config.endpoint(endpoint)}
        post(client, f"/networks/{endpoint['name']}/connect", body)


def archive(upload: Properties) -> bytes:
    """A tar archive of one of uploads, to be unpacked at the container's root."""
    content = upload_content(upload)
    entry = tarfile.TarInfo(upload["file"])
    entry.size = len(content)
    entry.mtime = int(time.time())
    permissions = upload.get("permissions")
    entry.mode = int(permissions, 8) if permissions else 0o744 if upload.get("executable") else 0o644
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def upload_content(upload: Properties) -> bytes:
    """What an upload holds: exactly one of content, contentBase64 and source says so."""
    given = [name for name in ("content", "contentBase64", "source") if upload.get(name)]
    if len(given) != 1:
        raise Failure(f"uploads: {upload['file']} needs exactly one of content, contentBase64 and source")
    text: str = upload[given[0]]
    try:
        if given[0] == "contentBase64":
            return base64.b64decode(text, validate=True)
        return Path(text).read_bytes() if given[0] == "source" else text.encode()
    except (binascii.Error, OSError) as error:
        raise Failure(f"uploads: {upload['file']}: {given[0]} cannot be read: {error}") from None
