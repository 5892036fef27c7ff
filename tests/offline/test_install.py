"""The launchers that offline.install writes."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from offline.install import PLUGINS, install
from tests.offline.monitor import CHECKOUT


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "venv").symlink_to(sys.prefix)
    install(CHECKOUT, tools)
    return tools


def _launchers(tools: Path) -> dict[str, str]:
    return {
        str(path.relative_to(tools)): path.read_text()
        for path in tools.rglob("*")
        if path.is_file() and "venv" not in path.parts
    }


def test_names(tools: Path) -> None:
    plugins = {
        f"pulumi-home/plugins/resource-{name}-v{version(package)}/pulumi-resource-{name}"
        for name, package in PLUGINS.items()
    }
    assert set(_launchers(tools)) == {"bin/pulumi-language-python", "bin/pulumi-resource-pulumi-python", *plugins}


def test_twice_is_as_once(tools: Path) -> None:
    before = _launchers(tools)
    times = {name: (tools / name).stat().st_mtime_ns for name in before}
    install(CHECKOUT, tools)
    assert _launchers(tools) == before
    assert {name: (tools / name).stat().st_mtime_ns for name in before} == times


def test_they_start_and_print_a_port(tools: Path, tmp_path: Path) -> None:
    # A caller's folder with the names of the launched packages must not be taken for them.
    elsewhere = tmp_path / "else where"
    (elsewhere / "offline").mkdir(parents=True)
    (elsewhere / "docker.py").write_text("raise SystemExit('the wrong docker')\n")
    for name in _launchers(tools):
        with subprocess.Popen(
            [tools / name, "127.0.0.1:1"], cwd=elsewhere, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert int(process.stdout.readline()) > 0, name
            process.terminate()


def test_folders_with_spaces(tmp_path: Path) -> None:
    checkout, tools = tmp_path / "check out", tmp_path / "the tools"
    checkout.symlink_to(CHECKOUT)
    tools.mkdir()
    (tools / "venv").symlink_to(sys.prefix)
    install(checkout, tools)
    with subprocess.Popen([tools / "bin" / "pulumi-language-python"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert int(process.stdout.readline()) > 0
        process.terminate()
