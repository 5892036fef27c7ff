"""Plugins that the language host starts while the program is imported, and how launchers come by them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from offline.early import starter as early
from offline.early.starter import EarlyPlugins
from registry_stack.common.waiting import wait_for
from tests.offline.monitor import CHECKOUT, Host, language_host
from tests.offline.processes import alive, children, command

ENGINE = "127.0.0.1:1"
SECONDS = 20
ALL = len(early.PLUGINS)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    monkeypatch.setattr(early, "PLUGINS", ("offline.command",))
    return tmp_path


@contextmanager
def launched(module: str = "offline.command") -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A launcher, and the port that it has printed."""
    arguments = [sys.executable, "-u", "-S", "-P", "-m", "offline.early.launcher", module, ENGINE]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        yield process, port
        process.kill()


@contextmanager
def started() -> Iterator[list[int]]:
    plugins = EarlyPlugins(ENGINE, str(CHECKOUT))
    before = children(os.getpid())
    plugins.start(CHECKOUT, dict(os.environ))
    if list(Path(os.environ.get("PULUMI_HOME", "/nowhere")).rglob("*.sock")):
        wait_for("a plugin", lambda: [pid for pid in children(os.getpid()) if pid not in before] or None, SECONDS)
    yield [pid for pid in children(os.getpid()) if pid not in before]
    plugins.end()


def all_of(host: int) -> list[int] | None:
    found = children(host)
    return found if len(found) == ALL else None


def gone(pids: list[int]) -> bool:
    return wait_for("the processes' end", lambda: not any(map(alive, pids)) or None, SECONDS)


def becomes_the_plugin(pid: int) -> bool:
    return wait_for("the plugin's name", lambda: "offline.early.launcher" not in command(pid) or None, SECONDS)


def test_a_launcher_is_given_one_and_the_next_becomes_its_own() -> None:
    with started() as plugins, launched() as (first, port), launched() as (second, other):
        assert len(plugins) == 1
        assert port != other
        assert children(first.pid) == children(second.pid) == []
        assert "offline.early.launcher" in command(first.pid)
        assert becomes_the_plugin(second.pid)


def test_it_ends_with_its_launcher() -> None:
    with started() as plugins:
        with launched():
            assert all(map(alive, plugins))
        assert gone(plugins)


def test_the_engine_interrupts_its_launcher() -> None:
    with started() as plugins:
        with launched() as (launcher, _):
            launcher.send_signal(signal.SIGINT)
            assert launcher.communicate(timeout=SECONDS) == ("", "")
        assert gone(plugins)


def test_a_launcher_ends_with_it_and_nothing_is_left(home: Path) -> None:
    with started() as plugins, launched() as (launcher, _):
        os.kill(plugins[0], signal.SIGKILL)
    assert gone([*plugins, launcher.pid])
    assert list(home.rglob("*.sock")) == []


def test_nobody_asks_for_it() -> None:
    with started() as plugins:
        pass
    assert gone(plugins)


def test_only_the_user_gets_to_the_meeting_point(home: Path) -> None:
    with started():
        (folder,) = home.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700


def test_what_hosts_that_were_killed_left_is_removed_a_day_later(home: Path) -> None:
    (home / "early").mkdir()
    yesterday, today = home / "early" / "2.sock", home / "early" / "3.sock"
    for left in (yesterday, today):
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(left))
    long_ago = time.time() - 25 * 3600
    os.utime(yesterday, (long_ago, long_ago))
    with started():
        assert {path.name for path in today.parent.iterdir()} == {"1.sock", "3.sock"}


@pytest.mark.parametrize("folder", ["x" * 120, None], ids=["too long for a socket", "no home"])
def test_where_none_can_be_met_the_launcher_is_the_plugin(
    folder: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_HOME")
    if folder:
        monkeypatch.setenv("PULUMI_HOME", str(home / folder))
    with started() as plugins, launched() as (process, _):
        assert plugins == []
        assert becomes_the_plugin(process.pid)


def test_the_language_host_starts_them_for_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    (tmp_path / "__main__.py").write_text("import pulumi\n")
    with language_host(tmp_path) as host:
        assert children(host.process.pid) == []
        assert host.run(tmp_path).error == ""
        plugins = wait_for("all plugins", lambda: all_of(host.process.pid), SECONDS)
        _ended_by_the_engine(host)
    assert gone(plugins)
    assert list(tmp_path.rglob("*.sock")) == []


def _ended_by_the_engine(host: Host) -> None:
    host.process.send_signal(signal.SIGINT)
    host.process.wait(SECONDS)
