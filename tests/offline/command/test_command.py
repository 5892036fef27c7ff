"""The command plugin against an SSH server on loopback."""

import logging
from collections.abc import Iterator

import pytest

from offline.command.plugin import CommandPlugin
from offline.kit.values import UNKNOWN, Properties
from tests.offline.engine import AbortedError, Caller, CheckedError
from tests.offline.ssh_server import SshServer, key_text, public_line

HIDDEN = "a line of a private key"


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return Caller(CommandPlugin())


@pytest.fixture
def server() -> Iterator[SshServer]:
    with SshServer().running() as server:
        yield server


def _connection(server: SshServer, **changes: object) -> Properties:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "docker",
        "privateKey": server.user_key,
        "hostKey": public_line(server.host_key),
        "dialErrorLimit": 0,
        **changes,
    }


def _inputs(server: SshServer, **inputs: object) -> Properties:
    return {"connection": _connection(server), "addPreviousOutputInEnv": False, **inputs}


def test_create(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="echo out; echo err >&2; cat", stdin="in\n"))
    assert (made.state["stdout"], made.state["stderr"]) == ("out\nin", "err")
    assert made.id.startswith("it")
    assert made.secrets == {"connection"}
    assert sorted(caller.log.statuses) == ["err", "in", "out"]


def test_outputs_and_secrets_without_a_command(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, delete="true"))
    assert (made.state["stdout"], made.state["stderr"], server.connections) == ("", "", 0)


@pytest.mark.parametrize(
    ("logging", "shown"),
    [("none", []), ("stdout", ["out"]), ("stderr", ["err"]), ("stdoutAndStderr", ["err", "out"])],
)
def test_logging(caller: Caller, server: SshServer, logging: str, shown: list[str]) -> None:
    made = caller.create("Command", _inputs(server, create="printf out; echo err >&2", logging=logging))
    assert sorted(caller.log.statuses) == shown
    assert (made.state["stdout"], made.state["stderr"]) == ("out", "err")


def test_failure_tells_code_and_output_and_not_the_input(caller: Caller, server: SshServer) -> None:
    with pytest.raises(AbortedError) as caught:
        caller.create("Command", _inputs(server, create="cat >/dev/null; echo why >&2; exit 3", stdin=HIDDEN))
    text = str(caught.value)
    assert text == "Process exited with status 3: running 'cat >/dev/null; echo why >&2; exit 3':\nwhy\n"
    assert HIDDEN not in text


def test_killed_command(caller: Caller, server: SshServer) -> None:
    with pytest.raises(AbortedError, match="the process or connection was cut off"):
        caller.create("Command", _inputs(server, create="kill -9 $$"))


def test_large_output_and_input(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="cat; cat /dev/null", stdin="ä" * 300_000, logging="none"))
    assert made.state["stdout"] == "ä" * 300_000


def test_input_that_nobody_reads(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="true", stdin="x" * 3_000_000))
    assert made.state["stdout"] == ""


def test_update_runs_update_or_else_create(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="echo made"))
    assert caller.update("Command", made, _inputs(server, create="echo again")).state["stdout"] == "again"
    updated = caller.update("Command", made, _inputs(server, create="echo made", update="echo updated"))
    assert updated.state["stdout"] == "updated"
    assert caller.update("Command", made, _inputs(server, delete="true")).state["stdout"] == "made"


def test_delete(caller: Caller, server: SshServer) -> None:
    caller.delete("Command", caller.create("Command", _inputs(server, create="true", delete="echo bye")))
    caller.delete("Command", caller.create("Command", _inputs(server, create="true")))
    assert server.commands == ["true", "echo bye", "true"]


def test_environment(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="echo $GREETING", environment={"GREETING": "hello"}))
    assert made.state["stdout"] == "hello"


def test_environment_that_the_server_refuses(caller: Caller, server: SshServer) -> None:
    with pytest.raises(AbortedError, match=r"could not set environment variable 'OTHER'.*AcceptEnv") as caught:
        caller.create("Command", _inputs(server, create="true", environment={"OTHER": HIDDEN}))
    assert HIDDEN not in str(caught.value)
    assert server.commands == []


def test_previous_output(caller: Caller, server: SshServer) -> None:
    inputs = {"connection": _connection(server), "create": "echo one; echo two >&2", "update": "env"}
    made = caller.update("Command", caller.create("Command", inputs), inputs)
    assert "PULUMI_COMMAND_STDOUT=one" in made.state["stdout"].splitlines()
    assert "could not set environment variable 'PULUMI_COMMAND_STDERR'" in caller.log.warnings[0]


def test_wrong_host_key_is_refused_before_anything_is_said(caller: Caller, server: SshServer) -> None:
    other = _inputs(server, create="true") | {"connection": _connection(server, hostKey=public_line(key_text()))}
    with pytest.raises(AbortedError, match=r"ssh to 127\.0\.0\.1:[0-9]+: host key mismatch"):
        caller.create("Command", other)
    assert server.commands == []


def test_host_key_of_a_type_that_the_server_lacks(caller: Caller, server: SshServer) -> None:
    rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7" + "A" * 60
    with pytest.raises(AbortedError, match="no acceptable host key"):
        caller.create("Command", _inputs(server, create="true") | {"connection": _connection(server, hostKey=rsa)})
    assert server.commands == []


def test_password(caller: Caller, server: SshServer) -> None:
    connection = _connection(server, password=server.password)
    del connection["privateKey"]
    made = caller.create("Command", _inputs(server, create="echo in") | {"connection": connection})
    assert made.state["stdout"] == "in"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"privateKey": key_text()}, "Authentication failed"),
        ({"password": HIDDEN, "privateKey": ""}, "Authentication failed"),
        ({"privateKey": ""}, "neither a key nor a password is given"),
        ({"privateKey": "nonsense"}, "connection.privateKey is no private key for SSH"),
        ({"hostKey": "nonsense"}, "failed to parse host key"),
        ({"port": 1}, "dial 127.0.0.1:1: "),
    ],
)
def test_connection_failures(caller: Caller, server: SshServer, changes: Properties, text: str) -> None:
    with pytest.raises(AbortedError) as caught:
        caller.create("Command", _inputs(server, create="true") | {"connection": _connection(server, **changes)})
    assert text in str(caught.value)
    assert "PRIVATE KEY" not in str(caught.value)
    assert HIDDEN not in str(caught.value)


def test_dials_again(caller: Caller, server: SshServer) -> None:
    server.refuse_first = 2
    connection = _connection(server, dialErrorLimit=2)
    caller.create("Command", _inputs(server, create="true") | {"connection": connection})
    assert caller.log.statuses == ["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]
    assert server.connections == 3


def test_paramiko_is_silent(caller: Caller, server: SshServer) -> None:
    caller.create("Command", _inputs(server, create="true"))
    assert not logging.getLogger("paramiko.transport").isEnabledFor(logging.ERROR)


def test_dials_no_more_often_than_allowed(caller: Caller, server: SshServer) -> None:
    server.refuse_first = 10
    with pytest.raises(AbortedError, match=r"^after 2 failed attempts: "):
        caller.create("Command", _inputs(server, create="true") | {"connection": _connection(server, dialErrorLimit=2)})
    assert server.connections == 3


def test_cancel_ends_dialling_and_commands(caller: Caller, server: SshServer) -> None:
    caller.log.cancelled.set()
    server.refuse_first = 1
    with pytest.raises(AbortedError, match="cancelled while connecting"):
        caller.create(
            "Command", _inputs(server, create="true") | {"connection": _connection(server, dialErrorLimit=-1)}
        )
    with pytest.raises(AbortedError, match="cut off"):
        caller.create("Command", _inputs(server, create="sleep 60"))


def test_changes(caller: Caller, server: SshServer) -> None:
    inputs = _inputs(server, create="true", triggers=["a", 1], environment={"GREETING": "hello"})
    made = caller.create("Command", inputs)
    assert caller.changes("Command", made, inputs) == {}
    assert caller.changes("Command", made, {**inputs, "triggers": ["a", 2]}) == {"triggers": "UPDATE_REPLACE"}
    assert caller.changes("Command", made, {**inputs, "triggers": [UNKNOWN]}) == {"triggers": "UPDATE_REPLACE"}
    assert caller.changes("Command", made, {**inputs, "stdin": ""}) == {"stdin": "ADD"}
    moved = {**inputs, "connection": _connection(server, host="localhost")}
    assert caller.changes("Command", made, moved) == {"connection": "UPDATE"}


def test_preview(caller: Caller, server: SshServer) -> None:
    preview = caller.preview("Command", _inputs(server, create="true", stdin=UNKNOWN))
    assert (preview["stdout"], preview["stderr"], preview["stdin"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert preview["connection"]["perDialTimeout"] == 15
    assert server.connections == 0


def test_preview_of_an_update(caller: Caller, server: SshServer) -> None:
    made = caller.create("Command", _inputs(server, create="echo one"))
    preview = caller.preview_update("Command", made, _inputs(server, create="echo two"))
    assert (preview["create"], preview["stdout"], preview["stderr"]) == ("echo two", UNKNOWN, UNKNOWN)
    assert server.commands == ["echo one"]


def test_connection_is_required(caller: Caller) -> None:
    with pytest.raises(CheckedError) as caught:
        caller.check("Command", {"create": "true"})
    assert caught.value.faults == {"connection": "is required"}
