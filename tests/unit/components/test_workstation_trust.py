"""What the setting workstationTrust makes of a stack."""

from pathlib import Path

import pytest

from tests.unit.components.program_mocks import run


def test_the_workstation_is_left_alone_unless_asked_for() -> None:
    done = run("demo")
    assert done.of(":WorkstationTrust") == {}
    assert "workstationTrust" not in done.outputs


def test_what_the_setting_makes_of_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    done = run("demo", preview=True, workstationTrust="user")
    entry = done.of(":WorkstationTrust")["workstation-trust"]
    assert entry.inputs["scope"] == "user"
    assert entry.inputs["reference"] == "registry0.localdomain"
    assert entry.inputs["workstation"]["home"] == str(tmp_path)
    assert entry.inputs["workstation"]["config"] == str(tmp_path / "settings")
    assert list(entry.inputs["anchors"]) == ["authority"]
    assert len(entry.inputs["__provider"]) < 100, "in the state by its name, not by its code"
    assert "workstationTrust" in done.outputs
