"""What a killed `up` made without noting it: found by name and labels together, and nothing else is touched."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pulumi
import pytest

from components.hosts import MadeHost
from components.ownership import remove_orphan_before_create
from providers.base import Tool
from providers.machine import Machine
from registry_stack.common.errors import MachineError, StackError
from registry_stack.remote import docker_engine
from registry_stack.remote import docker_engine as engine
from registry_stack.remote import local_engine as orphans
from tests.certificates import Authority, server_context
from tests.fakes.loopback import http_server
from tests.unit.components.program_mocks import run

MACHINES = ("registry0", "client1", "client2")
NAME = "registry-stack-demo-client1"
MINE = {orphans.OWNER: "registry-stack-demo", orphans.IDENTITY: "SHA256:mine"}
ANOTHER_CLONES = {**MINE, orphans.IDENTITY: "SHA256:another"}
OF_NOBODY = {"other": "label"}


@dataclass
class Store:
    """An engine with containers and networks, which it lists and removes."""

    things: dict[str, tuple[str, dict[str, str]]]
    removed: list[str] = field(default_factory=list)
    failure: int | None = None

    def __call__(self, method: str, path: str, _body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(re.sub(r"^/v1\.\d+", "", path))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")
        if steps == ["version"]:
            return 200, b'{"ApiVersion": "1.41"}'
        if steps == ["_ping"]:
            return 200, b"OK"
        if method == "DELETE":
            if self.failure:
                return self.failure, b'{"message": "device is busy"}'
            if steps[0] == "containers":
                assert (query["force"], query["v"]) in (("1", "1"), ("True", "True"))
            self.removed.append(steps[1])
            return 204, b""
        if steps in (["containers", "json"], ["networks"]):
            assert steps[0] == "networks" or query["all"] == "1"
            return 200, json.dumps([self._shown(id_) for id_ in self._found(json.loads(query["filters"]))]).encode()
        return 200, json.dumps(self._shown(steps[1])).encode()

    def _found(self, filters: dict[str, Any]) -> Iterator[str]:
        wanted = dict(pair.split("=", 1) for pair in filters.get("label", []))
        for id_, (name, labels) in self.things.items():
            if any(re.search(pattern, name) for pattern in filters["name"]) and wanted.items() <= labels.items():
                yield id_

    def _shown(self, id_: str) -> dict[str, object]:
        name, labels = self.things[id_]
        return {"Id": id_, "Name": name, "Names": [f"/{name}"], "Labels": labels, "Image": "their/image:1"}


THINGS = {
    "mine": (NAME, MINE),
    "longer-name": (f"{NAME}0", MINE),
    "another-clones": (NAME, ANOTHER_CLONES),
    "of-nobody": (NAME, OF_NOBODY),
}


@pytest.mark.parametrize("remove", [orphans.remove_container, orphans.remove_network])
def test_of_the_workstations_engine(remove: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
    store = Store(THINGS)
    with http_server(store) as port:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
        remove(NAME, MINE)
        assert store.removed == ["mine"]
        remove("registry-stack-demo-client2", MINE)
    assert store.removed == ["mine"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "m"


def on_a_machine(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    authority.engine_folder(folder)
    context = server_context(folder, authority.issue("127.0.0.1"), clients_of=authority)
    with http_server(store, context) as port:
        monkeypatch.setattr(docker_engine, "PORT", port)
        engine.claim_name("127.0.0.1", folder, NAME, MINE, 5)


OF_STACKS = {key: THINGS[key] for key in ("mine", "longer-name")}


def test_of_a_machines_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values are another's: those of an earlier stack on a host that outlived it."""
    store = Store({**OF_STACKS, "earlier": (NAME, ANOTHER_CLONES)})
    on_a_machine(store, folder, monkeypatch)
    assert store.removed == ["mine", "earlier"]


def test_somebody_elses_of_that_name_is_an_error_that_names_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store({"of-nobody": (NAME, OF_NOBODY), "longer-name": (f"{NAME}0", MINE)})
    with pytest.raises(
        MachineError, match=rf"already has a container named {NAME} \(of the image their/image:1\), which"
    ):
        on_a_machine(store, folder, monkeypatch)
    assert store.removed == []


def test_one_that_went_by_itself_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_machine(Store(OF_STACKS, failure=404), folder, monkeypatch)


def test_one_that_stays_is_an_error_with_the_engines_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StackError, match=rf"could not remove {NAME}: .*device is busy"):
        on_a_machine(Store(OF_STACKS, failure=500), folder, monkeypatch)


def test_the_hook_hands_on_name_and_labels() -> None:
    handed: list[tuple[str, dict[str, str]]] = []
    binding = remove_orphan_before_create(lambda name, labels: handed.append((name, dict(labels))))
    labels = [{"label": key, "value": value} for key, value in MINE.items()]
    (hook,) = binding.before_create or []
    assert callable(hook)
    hook(pulumi.ResourceHookArgs("urn", "", "client1-container", "type", new_inputs={"name": NAME, "labels": labels}))
    assert handed == [(NAME, MINE)]


def test_resources_with_names_of_their_own_on_an_engine_have_the_hook() -> None:
    hooked = {each.name: each.inputs for each in run("demo").resources if each.request.hooks.before_create}
    assert set(hooked) == {"network", "registry-container", *(f"{m}-container" for m in MACHINES)}
    for name, inputs in hooked.items():
        assert inputs["name"], name
        labels = {label["label"] for label in inputs["labels"]}
        assert labels, "without a label anybody's container of that name would be removed"
        if name != "registry-container":
            assert labels == MINE.keys(), name


@pytest.mark.parametrize(("address", "removed"), [("127.0.0.1", ["mine"]), (None, [])])
def test_of_the_machine_that_a_step_works_on(
    address: str | None, removed: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, authority = Store(OF_STACKS), Authority()
    authority.engine_folder(folder)

    async def remove() -> None:
        machine = cast(Machine, SimpleNamespace(folder=pulumi.Output.from_input(str(folder))))
        process = cast(pulumi.ProviderResource, None)
        tool = Tool(command="docker-machine", storage="/storage", deadline=5)
        at = pulumi.Output.from_input(cast(str, address))
        host = MadeHost("m", machine, machine, at, tool, process, "")
        await host.claim_name(NAME, MINE)

    context = server_context(folder, authority.issue("127.0.0.1"), clients_of=authority)
    with http_server(store, context) as port:
        monkeypatch.setattr(docker_engine, "PORT", port)
        asyncio.run(remove())
    assert store.removed == removed


class Workstation:
    """An engine with one container, which it can start."""

    def __init__(self, id_: str, state: str) -> None:
        self.id, self.state = id_, state
        self.started: list[str] = []

    def __call__(self, method: str, path: str, _body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(path)
        if parts.path.endswith("/version"):
            return 200, b'{"ApiVersion": "1.41"}'
        if method == "POST":
            self.started.append(parts.path.split("/")[-2])
            return 204, b""
        wanted = json.loads(parse_qs(parts.query)["filters"][0])["id"]
        return 200, json.dumps([{"Id": self.id, "State": self.state}] if wanted == [self.id] else []).encode()


@pytest.fixture
def waking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Workstation], None]:
    def wake(workstation: Workstation) -> None:
        monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
        with http_server(workstation) as port:
            monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
            orphans.wake_container("m", "c0ffee")

    return wake


@pytest.mark.parametrize(
    ("state", "started"), [("running", []), ("restarting", []), ("exited", ["c0ffee"]), ("created", ["c0ffee"])]
)
def test_a_machines_container_that_was_left_stopped_is_started(
    state: str, started: list[str], waking: Callable[[Workstation], None]
) -> None:
    workstation = Workstation("c0ffee", state)
    waking(workstation)
    assert workstation.started == started


def test_a_machine_whose_container_is_gone_is_not_waited_for(waking: Callable[[Workstation], None]) -> None:
    with pytest.raises(MachineError, match=r"the container of the machine m is gone.* run `pulumi refresh`"):
        waking(Workstation("another", "running"))
