"""The WorkstationTrust resource: rights that are lacking, what is somebody else's, and the setting."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry_stack.workstation import trust as workstation_trust
from registry_stack.workstation.trust_store import Places, Workstation
from tests.fakes.trust_tools import TrustTools
from tests.unit.workstation.workstation_stack import (
    FOREIGN,
    OLD,
    REFERENCE,
    WITH_STORE,
    WITH_TOOL,
    Stack,
    scratch_stores,
    snapshot,
)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrustTools]:
    with scratch_stores(tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(("system", "scope"), WITH_STORE)
def test_without_the_right_the_status_tells_and_the_next_up_tries_again(
    tmp_path: Path, tools: TrustTools, capsys: pytest.CaptureFixture[str], system: str, scope: str
) -> None:
    tools.refusal = "Access is denied."
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    assert any("Access is denied." in line for line in stack.outs["drift"])
    assert "Access is denied." in stack.outs["status"]
    assert "the next `pulumi up` tries again. To do it by hand: " in stack.outs["status"]
    stack.refresh()
    assert stack.changes()
    tools.refusal = ""
    stack.up()
    assert stack.outs["drift"] == []
    tools.refusal = "Access is denied."
    stack.destroy()
    said = capsys.readouterr().err
    assert said.startswith(f"trust in {REFERENCE} is left on this workstation: ")
    assert "Access is denied." in said


def test_a_store_that_cannot_be_written_to_is_not_rebuilt(
    tmp_path: Path, tools: TrustTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, _: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(workstation_trust, "write_file", refuse)
        stack = Stack(tmp_path / "home", "Linux", "system", authority=OLD)
    assert tools.commands == []
    assert stack.outs["placed"]["files"] == []
    stack.up()
    assert stack.outs["drift"] == []


@pytest.mark.usefixtures("tools")
def test_a_file_that_cannot_be_written_does_not_keep_the_others_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.mkdir

    def refuse(self: Path, *arguments: Any, **options: Any) -> None:
        if "containers" in self.parts:
            raise PermissionError(13, "Permission denied", str(self))
        real(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", refuse)
        stack = Stack(tmp_path / "home", "Linux", "user", authority=OLD)
    assert "containers/certs.d/registry0.localdomain:5000/authority.crt: Permission denied" in stack.outs["status"]
    assert len(stack.outs["placed"]["files"]) == 2
    stack.up()
    assert stack.outs["drift"] == []


@pytest.mark.parametrize(("system", "scope"), WITH_TOOL)
def test_what_somebody_had_trusted_before_stays(tmp_path: Path, tools: TrustTools, system: str, scope: str) -> None:
    tools.held.append(OLD)
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    assert stack.outs["drift"] == []
    assert tools.changes == []
    stack.destroy()
    assert tools.held == [FOREIGN, OLD]


@pytest.mark.usefixtures("tools")
def test_other_files_of_the_registrys_folder_stay(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".docker" / "certs.d" / REFERENCE
    folder.mkdir(parents=True)
    (folder / "mine.crt").write_text(FOREIGN)
    before = snapshot(tmp_path)
    stack = Stack(tmp_path / "home", "Linux", "user", authority=OLD)
    stack.destroy()
    assert snapshot(tmp_path) == before


@pytest.mark.usefixtures("tools")
def test_files_put_there_by_hand_are_enough(tmp_path: Path) -> None:
    first = Stack(tmp_path / "home", "Linux", "user", authority=OLD)
    for path in first.outs["placed"]["files"]:
        Path(path).write_text(f"{OLD}\n")  # as `pulumi stack output` ends what it prints
    first.refresh()
    assert first.outs["drift"] == []


def test_a_system_whose_store_is_not_known_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Places((tmp_path / "etc",), None, privileged=True)
    monkeypatch.setattr(Workstation, "places", lambda *_: nowhere)
    stack = Stack(tmp_path, "Linux", "system", authority=OLD)
    (drift,) = stack.outs["drift"]
    assert drift.startswith(
        "this program does not know this system's trust store; it knows those of boot2docker, coreos"
    )
    assert (
        "this program does not know this system's trust store; it knows those of boot2docker, coreos"
        in stack.outs["status"]
    )
    assert (tmp_path / "etc" / "authority.crt").read_text() == OLD
    stack.destroy()
    assert not (tmp_path / "etc").exists()


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("changed", ["scope", "reference", "workstation"])
def test_another_place_is_a_replacement(tmp_path: Path, changed: str) -> None:
    stack = Stack(tmp_path / "home", "Linux", "user", authority=OLD)
    diff = stack.provider.diff(stack.id, stack.outs, {**stack.wanted, changed: "another"})
    assert diff.replaces == [changed]
    assert diff.delete_before_replace
