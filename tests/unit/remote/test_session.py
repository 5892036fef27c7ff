"""What of a session counts: the script's own output, as much of it as was asked for, and nothing that a host adds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_stack.common.errors import CommandError, MachineError, StackError, printable
from registry_stack.guest.engines.containers import container_ids
from registry_stack.guest.scripts import NO_ROOT
from registry_stack.remote.ssh import connect, run_as_root, run_script
from tests.fakes.ssh_server import Reply, SshServer

pytestmark = pytest.mark.loopback

NOISE = [
    "Welcome to rack1\n",
    "Don't panic",
    "'; touch /root/pwned; x='\n",
    "== hosts\n  10.0.0.9 evil\n",
    "\x1b[2J\x1b]0;owned\x07",
    f"{NO_ROOT}\n",
    "timeout\n",
    "registry-stack-0123456789abcdef0123456789abcdef\n",
]


@pytest.mark.parametrize("noise", NOISE)
def test_what_the_login_shell_prints_is_not_the_scripts(noise: str) -> None:
    with SshServer(lambda _script, _data: Reply("its output\n"), noise=noise).serving() as server:
        for run in (run_script, run_as_root):
            assert run(server.login, "id") == "its output\n"


@pytest.mark.parametrize("noise", NOISE)
def test_nor_is_it_in_the_error_of_a_script_that_fails(noise: str) -> None:
    failing = SshServer(lambda _script, _data: Reply("out\n", "err\n", 3), noise=noise)
    with failing.serving() as server, pytest.raises(CommandError) as raised:
        run_as_root(server.login, "id", purpose="a test")
    assert str(raised.value) == f"a test on {server.login} exited with 3:\n    out\n    err"


def test_a_shell_that_runs_nothing_is_an_error_whatever_its_code() -> None:
    silent = SshServer(lambda _script, _data: Reply("This account is currently not available.\n", raw=True))
    with silent.serving() as server, pytest.raises(CommandError, match="This account is currently not available"):
        run_as_root(server.login, "id")


def test_who_cannot_become_root_is_told_the_way_out() -> None:
    refusing = SshServer(lambda _script, _data: Reply(f"{NO_ROOT}\n", code=97, raw=True), noise="Willkommen\n")
    with refusing.serving() as server, pytest.raises(StackError) as raised:
        run_as_root(server.login, "id")
    assert str(raised.value) == (
        f"{server.login} can't become root: neither sudo nor doas lets that user without a password. Allow one of them "
        "without a password, or log in as root"
    )


@pytest.mark.parametrize("endless", [Reply("yes\n" * 400_000), Reply(errors="yes\n" * 400_000)], ids=["out", "err"])
def test_output_is_bounded(endless: Reply) -> None:
    with SshServer(lambda _script, _data: endless).serving() as server, connect(server.login) as shell:
        with pytest.raises(StackError, match=r"a test on .*: printed more than 1048576 bytes, and was stopped"):
            shell.run("yes", purpose="a test")
        assert shell.run("yes", most=2**22) == endless.output


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_nothing_that_controls_a_terminal_is_in_an_error(text: str) -> None:
    for error in (StackError(text), CommandError(["a"], 1, text), MachineError(text)):
        assert all(each.isprintable() or each in "\n\t" for each in str(error))
    if text.isprintable():
        assert printable(text) == text


def test_an_escape_sequence_is_shown() -> None:
    assert str(StackError("ID=\x1b[31mred\x07\u202e")) == "ID=\\x1b[31mred\\x07\\u202e"


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        ("Welcome to rack1", "Welcome"),
        ("c0ffee", "c0ffee"),
        ("0123456789ab; reboot", "0123456789ab;"),
        ("$(reboot)", "$(reboot)"),
        ("0123456789AB", "0123456789AB"),
        ("0" * 65, "0" * 65),
    ],
)
def test_what_is_no_containers_id_is_no_argument(listed: str, named: str) -> None:
    with pytest.raises(MachineError, match=f"listed {re.escape(repr(named))} among"):
        container_ids(f"0123456789ab\n{listed}\n")


def test_ids_of_containers() -> None:
    assert container_ids("") == []
    assert container_ids(f"0123456789ab\n{'f' * 64}\n") == ["0123456789ab", "f" * 64]
