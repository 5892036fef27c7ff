"""The HostsFile resource: with the right to write and without, drift, and two stacks at once."""

import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from providers import hosts_file
from providers.hosts_file import HostsFileProvider, edit, look_up, remove_names
from registry_stack.common.locks import locked
from registry_stack.common.waiting import wait_for
from registry_stack.workstation.hosts_file import Block, install, remove

LINES = ["192.168.233.3 registry0", "192.168.233.3 registry0.localdomain"]
ORIGINAL = b"\xef\xbb\xbf127.0.0.1 localhost\r\n# caf\xe9"
ADVICE = "the next `pulumi up` tries again. To add 192.168.233.3 registry0, 192.168.233.3 registry0.localdomain by hand"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "hosts"
    path.parent.mkdir()
    path.write_bytes(ORIGINAL)
    return path


def props(path: Path, owner: str = "registry-stack-demo", lines: list[str] = LINES) -> dict[str, Any]:
    return {"path": str(path), "owner": owner, "lines": lines, "drift": None, "status": None}


class Stack:
    """What Pulumi's engine does with the one resource of a stack."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.provider = HostsFileProvider()
        self.wanted = wanted
        created = self.provider.create(wanted)
        self.id, self.outs = created.id, created.outs or {}

    def changes(self) -> bool | None:
        return self.provider.diff(self.id, self.outs, self.wanted).changes

    def refresh(self) -> None:
        self.outs = self.provider.read(self.id, self.outs).outs or {}

    def up(self) -> None:
        if self.changes():
            self.outs = self.provider.update(self.id, self.outs, self.wanted).outs or {}

    def destroy(self) -> None:
        self.provider.delete(self.id, self.outs)


def test_from_up_to_destroy(hosts: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Stack(props(hosts))
    assert stack.outs["drift"] == []
    assert stack.outs["status"] == f"managed: {hosts}"
    assert b"192.168.233.3 registry0\r\n192.168.233.3 registry0.localdomain\r\n" in hosts.read_bytes()
    stack.refresh()
    assert not stack.changes()
    stack.destroy()
    assert hosts.read_bytes() == ORIGINAL
    assert [path.name for path in hosts.parent.iterdir()] == ["hosts"]
    assert [path.stat().st_mode & 0o077 for path in home.rglob("*.lock")] == [0]
    assert capsys.readouterr().err == ""


def test_another_address_is_an_update_and_another_owner_a_replacement(hosts: Path) -> None:
    stack = Stack(props(hosts))
    stack.wanted = props(hosts, lines=["10.0.0.3 registry0", "10.0.0.3 registry0.localdomain"])
    diff = stack.provider.diff(stack.id, stack.outs, stack.wanted)
    assert (diff.changes, diff.replaces) == (True, [])
    stack.up()
    assert b"192.168.233.3" not in hosts.read_bytes()
    assert b"10.0.0.3 registry0\r\n" in hosts.read_bytes()
    stack.destroy()
    assert hosts.read_bytes() == ORIGINAL
    for other in (props(hosts, owner="another"), props(hosts.with_name("hosts2"))):
        assert stack.provider.diff(stack.id, stack.outs, other).replaces


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: ORIGINAL,
        lambda content: content.replace(b"192.168.233.3 registry0\r\n", b""),
        lambda content: content.replace(b".3", b".4"),
        lambda content: content.replace(b"# <<<", b"#"),
        lambda content: b"10.0.0.1 registry0\r\n" + content,
    ],
    ids=["removed", "a line gone", "altered", "a marker damaged", "a line of somebody's above it"],
)
def test_drift_is_noticed_by_refresh_and_mended_by_up(hosts: Path, damage: Callable[[bytes], bytes]) -> None:
    stack = Stack(props(hosts))
    good = hosts.read_bytes()
    hosts.write_bytes(damage(good))
    stack.refresh()
    assert stack.outs["drift"] == [f"{hosts}: its lines were removed or altered"]
    assert "its lines were removed or altered" in stack.outs["status"]
    assert stack.changes()
    stack.up()
    assert look_up(hosts, Block("registry-stack-demo", tuple(LINES)))["drift"] == []
    stack.refresh()
    assert not stack.changes()


def test_without_the_right_to_write_the_status_tells_and_the_next_up_tries_again(
    hosts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path, _: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(hosts_file, "replace_content", refuse)
        stack = Stack(props(hosts))
        assert stack.outs["drift"] == [f"{hosts}: Permission denied"]
        assert stack.outs["status"].startswith(f"not managed: {hosts}: Permission denied; {ADVICE}: (echo; ")
        assert stack.changes()
        stack.up()
        assert stack.outs["drift"] == [f"{hosts}: Permission denied"]
    stack.up()
    assert stack.outs["drift"] == []
    with monkeypatch.context() as patched:
        patched.setattr(hosts_file, "replace_content", refuse)
        stack.destroy()
    block = "'# >>> registry-stack registry-stack-demo'"
    left = f"{hosts} still has the block {block} (Permission denied); to remove that by hand: sudo -e {hosts}\n"
    assert capsys.readouterr().err == left


def test_lines_added_by_hand_take_no_right_to_write(hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_file, "replace_content", None)
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{line}\n" for line in LINES))
    stack = Stack(props(hosts))
    assert stack.outs["drift"] == []
    left = remove_names(hosts, Block("registry-stack-demo", tuple(LINES)))
    assert left == (
        f"{hosts} still has {', '.join(LINES)}, not written by this stack; to remove that by hand: sudo -e {hosts}"
    )


@pytest.mark.parametrize(
    "content", [install(ORIGINAL, Block("registry-stack-demo", ("10.0.0.3 registry0",)), b"\n"), b"10.0.0.3 registry0"]
)
def test_lines_that_would_come_too_late_are_not_to_be_appended(hosts: Path, content: bytes) -> None:
    hosts.write_bytes(content)
    status = look_up(hosts, Block("registry-stack-demo", tuple(LINES)))["status"]
    assert status.endswith(f"there by hand, before other such lines: sudo -e {hosts}")


def test_only_the_lines_that_are_not_there_are_advised(hosts: Path) -> None:
    hosts.write_text(f"{LINES[0]}\n")
    status = look_up(hosts, Block("registry-stack-demo", tuple(LINES)))["status"]
    assert LINES[1] in status
    assert f"{LINES[0]}," not in status


def test_a_hosts_file_that_is_not_there_is_advice_and_nothing_to_remove(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "hosts"
    stack = Stack(props(path))
    assert stack.outs["status"].startswith(f"not managed: {path}: No such file or directory; {ADVICE}")
    stack.refresh()
    assert stack.outs["drift"] == [f"{path}: No such file or directory"]
    assert remove_names(path, Block("registry-stack-demo", tuple(LINES))) is None
    assert not path.parent.exists()


def test_the_advice_is_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    assert "Run as administrator" in Stack(props(tmp_path / "etc" / "hosts")).outs["status"]


def test_many_stacks_at_once_lose_no_block(hosts: Path) -> None:
    blocks = [Block(f"stack{number}", (f"10.0.0.{number} name{number}",)) for number in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda block: edit(hosts, lambda content: install(content, block, b"\n")), blocks))
    assert [look_up(hosts, block)["drift"] for block in blocks] == [[]] * len(blocks)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda block: edit(hosts, lambda content: remove(content, block)), blocks))
    assert hosts.read_bytes() == ORIGINAL


def test_what_another_stack_wrote_while_this_one_waited_is_kept(hosts: Path, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    block = Block("registry-stack-demo", tuple(LINES))
    asked: list[bytes] = []

    def change(content: bytes) -> bytes:
        asked.append(content)
        return install(content, block, b"\n")

    with ThreadPoolExecutor(1) as pool:
        with locked(lock, "this test", 5):
            waiting = pool.submit(edit, hosts, change, lock)
            wait_for("the other stack's first look", lambda: asked or None, 5, pause=0.01)
            hosts.write_bytes(b"# written by another stack\n")
        written = waiting.result()
    assert hosts.read_bytes() == written
    assert written.endswith(b"# written by another stack\n")
    assert len(asked) > 1
