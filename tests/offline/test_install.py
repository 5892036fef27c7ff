"""What offline.install writes."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from offline.install import PLUGINS, install, install_plugins
from offline.language.plugins import OPTION
from tests.offline.monitor import CHECKOUT

FOLDERS = {name: f"pulumi-home/plugins/resource-{name}-v{version(package)}" for name, package in PLUGINS.items()}
HOST = "bin/pulumi-language-python"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "venv").symlink_to(sys.prefix)
    return tools


def written(tools: Path) -> dict[str, str]:
    return {
        str(path.relative_to(tools)): path.read_text()
        for path in tools.rglob("*")
        if path.is_file() and "venv" not in path.parts
    }


def port_of(launcher: Path, folder: Path) -> int:
    with subprocess.Popen([launcher, "127.0.0.1:1"], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        process.terminate()
    return port


def test_a_host_with_plugins_that_it_runs(tools: Path) -> None:
    install(CHECKOUT, tools)
    projects = {f"{folder}/PulumiPlugin.yaml": f"offline.{name}" for name, folder in FOLDERS.items()}
    projects["bin/pulumi-resource-pulumi-python/PulumiPlugin.yaml"] = "pulumi.dynamic"
    found = written(tools)
    assert set(found) == {HOST, *projects}
    for path, module in projects.items():
        assert yaml.safe_load(found[path]) == {"runtime": {"name": "python", "options": {OPTION: module}}}


def test_plugins_for_another_host(tools: Path) -> None:
    install_plugins(CHECKOUT, tools)
    assert set(written(tools)) == {f"{folder}/pulumi-resource-{name}" for name, folder in FOLDERS.items()}


@pytest.mark.parametrize("write", [install, install_plugins])
def test_twice_is_as_once(tools: Path, write: Callable[[Path, Path], None]) -> None:
    write(CHECKOUT, tools)
    before = written(tools)
    times = {name: (tools / name).stat().st_mtime_ns for name in before}
    write(CHECKOUT, tools)
    assert written(tools) == before
    assert {name: (tools / name).stat().st_mtime_ns for name in before} == times


def test_what_an_older_one_wrote_is_replaced(tools: Path) -> None:
    (tools / "bin").mkdir()
    (tools / "bin" / "pulumi-resource-pulumi-python").write_text("a launcher")
    install(CHECKOUT, tools)
    assert (tools / "bin" / "pulumi-resource-pulumi-python" / "PulumiPlugin.yaml").exists()


def test_launchers_start_and_print_a_port(tools: Path, tmp_path: Path) -> None:
    install(CHECKOUT, tools)
    install_plugins(CHECKOUT, tools)
    # A caller's folder with the names of the launched packages must not be taken for them.
    elsewhere = tmp_path / "else where"
    (elsewhere / "offline").mkdir(parents=True)
    (elsewhere / "docker.py").write_text("raise SystemExit('the wrong docker')\n")
    for launcher in (HOST, *(f"{folder}/pulumi-resource-{name}" for name, folder in FOLDERS.items())):
        assert port_of(tools / launcher, elsewhere) > 0, launcher


def test_folders_with_spaces(tmp_path: Path) -> None:
    checkout, tools = tmp_path / "check out", tmp_path / "the tools"
    checkout.symlink_to(CHECKOUT)
    tools.mkdir()
    (tools / "venv").symlink_to(sys.prefix)
    install(checkout, tools)
    assert port_of(tools / HOST, tmp_path) > 0
