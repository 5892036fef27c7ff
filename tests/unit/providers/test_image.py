"""Images handed from the workstation's engine to a machine's, both of them fakes on loopback."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from providers.image import EngineImageProvider
from registry_stack.common.errors import StackError
from registry_stack.remote import docker_engine
from tests.certificates import Authority, server_context
from tests.fakes.loopback import FakeEngine, http_server

TAG = "registry-stack/registry:2"


@dataclass(frozen=True)
class Engines:
    """The workstation's engine, a machine's, and the properties of an image that the one hands to the other."""

    workstation: FakeEngine
    machine: FakeEngine
    props: dict[str, Any]


Running = Callable[[FakeEngine, FakeEngine], AbstractContextManager[Engines]]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    authority = Authority()
    folder = authority.engine_folder(tmp_path / "m")
    context = server_context(tmp_path, authority.issue("127.0.0.1"), clients_of=authority)
    for variable in ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(variable, raising=False)

    @contextmanager
    def run(workstation: FakeEngine, machine: FakeEngine) -> Iterator[Engines]:
        with http_server(workstation) as here, http_server(machine, context) as there:
            monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{here}")
            monkeypatch.setattr(docker_engine, "PORT", there)
            props = {"image": TAG, "address": "127.0.0.1", "folder": str(folder), "serial": "1"}
            yield Engines(workstation, machine, props)

    return run


def test_an_image_is_handed_over(running: Running) -> None:
    with running(FakeEngine({TAG: "sha256:1"}), FakeEngine(taking="sha256:1")) as engines:
        result = EngineImageProvider().create(engines.props)
    assert result.id == "sha256:1"
    assert result.outs == {**engines.props, "image_id": "sha256:1", "drift": []}
    assert engines.machine.loaded == [f"archive of {TAG}".encode()]


def test_an_engine_may_call_the_image_by_another_id(running: Running) -> None:
    with running(FakeEngine({TAG: "sha256:1"}), FakeEngine(taking="sha256:other")) as engines:
        assert EngineImageProvider().create(engines.props).id == "sha256:other"


def test_an_image_that_is_there_is_not_handed_over_again(running: Running) -> None:
    with running(FakeEngine({TAG: "sha256:1"}), FakeEngine({TAG: "sha256:1"})) as engines:
        assert EngineImageProvider().create(engines.props).id == "sha256:1"
    assert engines.machine.loaded == []


def test_another_image_of_that_tag_is_replaced(running: Running) -> None:
    with running(FakeEngine({TAG: "sha256:2"}), FakeEngine({TAG: "sha256:1"}, taking="sha256:2")) as engines:
        assert EngineImageProvider().create(engines.props).id == "sha256:2"


def test_the_workstation_has_no_such_image(running: Running) -> None:
    with running(FakeEngine(), FakeEngine()) as engines, pytest.raises(StackError) as raised:
        EngineImageProvider().create(engines.props)
    assert str(raised.value) == f"the workstation's engine has no image {TAG} to copy: pull or build it first"


def test_the_workstations_engine_does_not_answer(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = listening.getsockname()[1]
    with running(FakeEngine(), FakeEngine()) as engines:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{closed}")
        with pytest.raises(StackError, match="the workstation's Docker engine does not answer: "):
            EngineImageProvider().create(engines.props)


def test_an_image_that_got_lost_on_the_way(running: Running) -> None:
    class Forgetful(FakeEngine):
        def __call__(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
            answer = super().__call__(method, path, body)
            self.images.clear()
            return answer

    with running(FakeEngine({TAG: "sha256:1"}), Forgetful()) as engines, pytest.raises(StackError) as raised:
        EngineImageProvider().create(engines.props)
    assert str(raised.value) == f"the engine at 127.0.0.1 has no image {TAG} although it was copied there"


@pytest.mark.parametrize(
    ("images", "found"), [({TAG: "sha256:1"}, "sha256:1"), ({TAG: "sha256:2"}, ""), ({}, "")], ids=str
)
def test_reading_notices_another_image_or_none(images: dict[str, str], found: str, running: Running) -> None:
    with running(FakeEngine(), FakeEngine(images)) as engines:
        outs = {**engines.props, "image_id": "sha256:1"}
        result = EngineImageProvider().read("sha256:1", outs)
    assert (result.id, result.outs) == (found, outs if found else {})


def test_reading_from_a_machine_that_is_off_leaves_it_to_the_machine_to_say_so(running: Running) -> None:
    with running(FakeEngine(), FakeEngine()) as engines:
        pass
    there = EngineImageProvider().read("sha256:1", {**engines.props, "image_id": "sha256:1"})
    assert (there.id, there.outs) == ("sha256:1", {**engines.props, "image_id": "sha256:1"})


def test_deletion_leaves_the_image_as_a_pulled_one_would_stay(running: Running) -> None:
    with running(FakeEngine(), FakeEngine({TAG: "sha256:1"})) as engines:
        EngineImageProvider().delete("sha256:1", engines.props)
    assert engines.machine.images == {TAG: "sha256:1"}
