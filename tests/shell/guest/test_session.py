"""Scripts by real shells as people log in to them, and the ways to root."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_stack.guest.scripts import NO_ROOT, Command, as_root, as_user
from registry_stack.remote.mark import Mark

# bash and sh are everywhere that tests run; tests/e2e/test_9_systems.py logs in to fish and csh on a host that has them
SHELLS = [shell for shell in ("sh", "bash", "fish", "tcsh", "csh", "zsh", "mksh", "busybox") if shutil.which(shell)]
ODD = "a'b\"c`d`$(e)!f\\g;h&i|j#k\u00e4\n%s ~*?[]{}"


@dataclass(frozen=True)
class Host:
    """A folder whose `bin` comes first on PATH."""

    folder: Path

    def has(self, name: str, does: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def run(self, shell: str, command: Command, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """What sshd does: the login shell gets the command line."""
        words = [shell, *(["sh"] if shell == "busybox" else []), "-c", command.line]
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder)}
        return subprocess.run(
            words, input=command.head + stdin, env=environment, capture_output=True, text=True, check=False, timeout=30
        )


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def by(way: str) -> str:
    """A tool like sudo that says that it was there, and takes no password with -n alone."""
    return f'[ "$1" = -n ] || exit 1; shift; case "$*" in "/bin/sh -c :") ;; *) echo by {way};; esac; exec "$@"'


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("user", ["0", "1000"])
def test_every_login_shell_hands_script_and_input_on(shell: str, user: str, host: Host) -> None:
    host.has("id", f"echo {user}")
    host.has("sudo", by("sudo"))
    script = f"printf '%s\\n' 'it'\\''s' \"$(umask)\"\ncat\ncat <<'END'\n{ODD}\nEND"
    done = host.run(shell, as_root(script), ODD)
    said = "" if user == "0" else "by sudo\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{said}it's\n0022\n{ODD}{ODD}\n", "")
    assert host.run(shell, as_user(script), ODD).stdout == f"it's\n0022\n{ODD}{ODD}\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_failure_ends_the_script_with_its_code(shell: str, host: Host) -> None:
    host.has("id", "echo 0")
    for call in (as_root, as_user):
        done = host.run(shell, call("echo before; sh -c 'exit 3'; echo not reached"))
        assert (done.returncode, done.stdout) == (3, "before\n")


@given(script=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_the_command_line_is_one_line_without_anything_that_shells_differ_in(script: str) -> None:
    for command in (as_root(script), as_user(script)):
        word = command.line.removeprefix("/bin/sh -c '").removesuffix("'")
        assert not set(word) & set("'\\\n!`")
        assert "\n" not in command.line


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ({"sudo": by("sudo"), "doas": by("doas")}, "by sudo\n"),
        ({"doas": by("doas")}, "by doas\n"),
        ({"sudo": "echo 'sudo: Ein Passwort ist notwendig' >&2; exit 1", "doas": by("doas")}, "by doas\n"),
        (
            {"sudo": "echo 'sudo: no tty present and no askpass program specified' >&2; exit 1", "doas": by("doas")},
            "by doas\n",
        ),
    ],
    ids=["sudo first", "doas alone", "a sudo that asks", "a sudo that wants a terminal"],
)
def test_ways_to_root(ways: dict[str, str], said: str, host: Host) -> None:
    host.has("id", "echo 1000")
    for name in ("sudo", "doas"):
        host.has(name, ways.get(name, "exit 127"))
    done = host.run("sh", as_root("echo done"))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{said}done\n", "")


@pytest.mark.parametrize(
    "refusal",
    [
        "exit 127",
        "echo 'sudo: a password is required' >&2; exit 1",
        "echo 'Desculpe, tente novamente' >&2; exit 1",
        "echo 'doas: Operation not permitted' >&2; exit 1",
        "echo 'admin is not in the sudoers file' >&2; exit 1",
    ],
)
def test_no_way_to_root_is_one_line_whatever_the_tools_say(refusal: str, host: Host) -> None:
    host.has("id", "echo 1000")
    for name in ("sudo", "doas"):
        host.has(name, refusal)
    done = host.run("sh", as_root("echo done"), "a secret")
    assert (done.returncode, done.stdout, done.stderr) == (97, f"{NO_ROOT}\n", "")


def test_the_script_is_in_no_command_line(host: Host) -> None:
    host.has("id", "echo 1000")
    host.has("sudo", f'printf "%s\\n" "$*" >>{host.folder}/log\n{by("sudo")}')
    host.run("sh", as_root("cat >/dev/null # told to nobody"), "told to nobody either")
    assert "told" not in (host.folder / "log").read_text()


@pytest.mark.parametrize(
    "banner", ["Welcome to rack1\n", "Don't panic", "'; touch pwned; x='\n", "\x1b]0;owned\x07", ""]
)
@pytest.mark.parametrize("output", ["", "a", "a\nb\n", "Welcome to rack1\n"])
def test_only_what_stands_between_the_marks_counts(banner: str, output: str, host: Host) -> None:
    mark = Mark()
    done = host.run("sh", as_user(mark.around(f"printf '%s' '{output}'; echo of it >&2")))
    assert mark.between(banner + done.stdout + banner) == output
    assert mark.after(banner + done.stderr) == "of it\n"


@pytest.mark.parametrize("part", ["", "echo", "no mark\n"])
def test_a_script_that_did_not_come_to_its_end_printed_nothing(part: str) -> None:
    mark = Mark()
    assert mark.between(part) is None
    assert mark.between(f"{mark.word}\nhalf of it") is None


def test_marks_are_random() -> None:
    assert len({Mark().word for _ in range(100)}) == 100


def test_a_script_with_marks_keeps_its_exit_code_and_stops_at_the_first_failure(host: Host) -> None:
    mark = Mark()
    done = host.run("sh", as_user(mark.around("echo before; false; echo not reached")))
    assert (done.returncode, mark.between(done.stdout)) == (1, "before\n")
    done = host.run("sh", as_user(mark.around("trap 'echo last words' EXIT; exit 7")))
    assert (done.returncode, mark.between(done.stdout)) == (7, "last words\n")
