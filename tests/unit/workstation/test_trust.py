"""The WorkstationTrust resource: each platform's life, what is there already, rotation, and drift."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.trust_tools import TrustTools
from tests.unit.workstation.workstation_stack import (
    FOREIGN,
    NEW,
    OLD,
    PLATFORMS,
    REFERENCE,
    WITH_STORE,
    Stack,
    scratch_stores,
    snapshot,
)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrustTools]:
    with scratch_stores(tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(("system", "scope"), PLATFORMS)
def test_from_up_to_destroy(
    tmp_path: Path, tools: TrustTools, capsys: pytest.CaptureFixture[str], system: str, scope: str
) -> None:
    before = snapshot(tmp_path)
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    assert stack.outs["status"] == f"managed: this workstation trusts {REFERENCE}"
    assert stack.outs["drift"] == []
    if system != "Windows":
        assert OLD.strip() in "".join(text or "" for text in snapshot(tmp_path).values())
    stack.refresh()
    assert not stack.changes()
    stack.destroy()
    assert snapshot(tmp_path) == before
    assert tools.held == [FOREIGN]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("system", "scope"), PLATFORMS)
def test_what_is_there_is_left_alone(tmp_path: Path, tools: TrustTools, system: str, scope: str) -> None:
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    there, commands = snapshot(tmp_path), list(tools.changes)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.crt")}
    stack.outs = stack.provider.update(stack.id, stack.outs, stack.wanted).outs or {}
    assert snapshot(tmp_path) == there
    assert tools.changes == commands
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.crt")}


@pytest.mark.parametrize(("system", "scope"), PLATFORMS)
def test_a_rotation_trusts_both_and_then_the_new_one(
    tmp_path: Path, tools: TrustTools, system: str, scope: str
) -> None:
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    stack.wanted = {**stack.wanted, "anchors": {"authority": OLD, "next": NEW}}
    stack.up()
    assert {path.name.removesuffix(".crt").split("-")[-1] for path in tmp_path.rglob("*.crt")} in (
        {"authority", "next", "foreign"},
        {"foreign"},
    )
    stack.wanted = {**stack.wanted, "anchors": {"next": NEW}}
    stack.up()
    assert stack.outs["drift"] == []
    assert OLD.strip() not in "".join(text or "" for text in snapshot(tmp_path).values())
    assert OLD not in tools.held
    assert (NEW in tools.held) is (system != "Linux")
    stack.destroy()
    assert tools.held == [FOREIGN]
    assert NEW.strip() not in "".join(text or "" for text in snapshot(tmp_path).values())


def alter(path: Path) -> object:
    return path.write_text(FOREIGN)


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("damage", [Path.unlink, alter], ids=["removed", "altered"])
@pytest.mark.parametrize(("system", "scope"), [each for each in PLATFORMS if each[0] != "Windows"])
def test_drift_of_files_is_noticed_by_refresh_and_mended_by_up(
    tmp_path: Path, system: str, scope: str, damage: Callable[[Path], object]
) -> None:
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    good = snapshot(tmp_path)
    for path in stack.outs["placed"]["files"]:
        damage(Path(path))
        stack.refresh()
        assert stack.outs["drift"] == [f"{path} was removed or altered"]
        assert f"{path} was removed or altered" in stack.outs["status"]
        assert stack.changes()
        stack.up()
        assert stack.outs["drift"] == []
        assert snapshot(tmp_path) == good
        stack.refresh()
        assert not stack.changes()


@pytest.mark.parametrize(("system", "scope"), WITH_STORE)
def test_drift_of_the_systems_store_is_noticed_and_mended(
    tmp_path: Path, tools: TrustTools, system: str, scope: str
) -> None:
    stack = Stack(tmp_path / "home", system, scope, authority=OLD)
    tools.held, good = [FOREIGN], tools.bundle.read_text()
    tools.bundle.write_text(FOREIGN)
    stack.refresh()
    assert any("does not hold authority" in line for line in stack.outs["drift"])
    assert "does not hold authority" in stack.outs["status"]
    stack.up()
    assert stack.outs["drift"] == []
    assert tools.bundle.read_text() == good
    stack.destroy()
    assert tools.held == [FOREIGN]
