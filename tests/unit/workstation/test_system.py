"""Where each system has its hosts file, and what its user can do by hand."""

import subprocess
from pathlib import Path

import pytest

from registry_stack.workstation.system import hosts_path, how_to_add, how_to_edit, line_end

LINES = ["192.168.233.3 registry0", "192.168.233.3 registry0.localdomain"]
WINDOWS = r"C:\Windows\System32\drivers\etc\hosts"


@pytest.mark.parametrize(
    ("system", "environment", "path", "end"),
    [
        ("Linux", {}, "/etc/hosts", b"\n"),
        ("Darwin", {"SystemRoot": "x"}, "/etc/hosts", b"\n"),
        ("FreeBSD", {}, "/etc/hosts", b"\n"),
        ("Windows", {"SystemRoot": r"D:\WINNT"}, r"D:\WINNT\System32\drivers\etc\hosts", b"\r\n"),
        ("Windows", {"windir": r"E:\Win"}, r"E:\Win\System32\drivers\etc\hosts", b"\r\n"),
        ("Windows", {}, WINDOWS, b"\r\n"),
    ],
)
def test_the_systems_hosts_file(system: str, environment: dict[str, str], path: str, end: bytes) -> None:
    assert hosts_path(system, environment) == path
    assert line_end(system) == end


@pytest.mark.parametrize(
    ("system", "path", "add", "edit"),
    [
        (
            "Linux",
            "/etc/hosts",
            "(echo; echo '192.168.233.3 registry0'; echo '192.168.233.3 registry0.localdomain')"
            " | sudo tee -a /etc/hosts",
            "sudo -e /etc/hosts",
        ),
        (
            "Darwin",
            "/etc/my hosts",
            "(echo; echo '192.168.233.3 registry0'; echo '192.168.233.3 registry0.localdomain')"
            " | sudo tee -a '/etc/my hosts'",
            "sudo -e '/etc/my hosts'",
        ),
        (
            "Windows",
            WINDOWS,
            rf"in PowerShell, opened with 'Run as administrator': Add-Content -Path '{WINDOWS}'"
            " -Value '', '192.168.233.3 registry0', '192.168.233.3 registry0.localdomain'",
            f"in a terminal opened with 'Run as administrator': notepad {WINDOWS}",
        ),
    ],
)
def test_what_a_user_does_by_hand(system: str, path: str, add: str, edit: str) -> None:
    assert how_to_add(system, path, LINES) == add
    assert how_to_edit(system, path) == edit


@pytest.mark.parametrize("system", ["Linux", "Darwin"])
def test_commands_can_be_copied_from_where_pulumi_doubles_backslashes(system: str) -> None:
    assert "\\" not in how_to_add(system, "/etc/hosts", LINES) + how_to_edit(system, "/etc/hosts")


@pytest.mark.parametrize(("before", "after"), [("127.0.0.1 localhost", ""), ("127.0.0.1 localhost\n", "\n")])
def test_the_command_for_a_unix_adds_lines_of_their_own(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "the hosts"
    path.write_text(before)
    command = how_to_add("Linux", str(path), LINES).replace("| sudo ", "| ")
    subprocess.run(["sh", "-c", command], check=True, stdout=subprocess.DEVNULL)
    assert path.read_text() == "127.0.0.1 localhost\n" + after + "".join(f"{line}\n" for line in LINES)
