"""The TrustCheck resource against a client on loopback: what its engine says decides."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from providers.trust_check import TrustCheckProvider
from registry_stack.common.errors import CommandError, DeadlineError, RegistryError, StackError
from registry_stack.guest.systems import SYSTEMS
from registry_stack.trust import client as trust_client
from tests.fakes.ssh_server import Reply
from tests.shell.guest_client import REFERENCE
from tests.shell.trust_client import UNKNOWN, LoopbackClient, make_loopback_client

PROVIDER = TrustCheckProvider()
GET = f'Error response from daemon: Get "https://{REFERENCE}/v2/": '
UNTRUSTED = f"{GET}x509: certificate signed by unknown authority"
WRONG_NAME = f"{GET}x509: certificate is valid for other, not registry0.localdomain"
NO_NAME = f"{GET}dial tcp: lookup {REFERENCE} on 127.0.0.11:53: no such host"
REFUSED = f"{GET}dial tcp 192.168.233.3:443: connect: connection refused"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_client, "_PAUSE", 0.01)


@pytest.fixture
def client(tmp_path: Path) -> LoopbackClient:
    return make_loopback_client(tmp_path, SYSTEMS["debian"])


def props(client: LoopbackClient, **changes: object) -> dict[str, Any]:
    wanted = ("name", "login", "engine", "reference", "deadline")
    given = {key: value for key, value in client.props().items() if key in wanted}
    return {**given, "files": {"/a": "1"}, "revision": "1", **changes}


def test_an_engine_that_reaches_the_registry(client: LoopbackClient) -> None:
    with client.running():
        made = PROVIDER.create(props(client))
        assert (made.id, made.outs) == ("client1", {**props(client), "drift": []})
        assert made.outs is not None
        assert PROVIDER.read("client1", made.outs).outs == made.outs
        assert not PROVIDER.diff("client1", made.outs, props(client)).changes


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            UNTRUSTED,
            f"client1 does not reach {REFERENCE}: its engine does not trust the authority that signed the registry's "
            f"certificate: {UNTRUSTED} (`pulumi refresh`, then `pulumi up`, restores what it needs)",
        ),
        (
            WRONG_NAME,
            f"client1 does not reach {REFERENCE}: the registry's certificate is for other names: {WRONG_NAME} "
            "(another server answers there, or the certificate lacks a name: add it to registry.alsoKnownAs)",
        ),
        (
            "sh: 1: docker: not found",
            f"client1 does not reach {REFERENCE}: the engine is not installed: sh: 1: docker: not found "
            "(install it, or name another one in the client's `engine`)",
        ),
    ],
)
def test_what_waiting_does_not_end_is_an_error_at_once(said: str, text: str, client: LoopbackClient) -> None:
    client.said = [said]
    with client.running(), pytest.raises(RegistryError) as raised:
        PROVIDER.create(props(client, deadline=600.0))
    assert str(raised.value) == text


def test_what_may_end_is_waited_out(client: LoopbackClient) -> None:
    client.said = [REFUSED, f"{GET}dial tcp 192.168.233.3:443: i/o timeout", "", UNKNOWN]
    with client.running():
        assert PROVIDER.create(props(client)).outs == {**props(client), "drift": []}
    assert len(client.said) == 1


def test_a_name_that_an_engine_does_not_know_yet_is_waited_for(client: LoopbackClient) -> None:
    client.said = [NO_NAME, NO_NAME, UNKNOWN]
    with client.running():
        assert PROVIDER.create(props(client)).outs == {**props(client), "drift": []}


def test_a_name_that_an_engine_does_not_come_to_know_is_an_error_before_the_deadline(
    client: LoopbackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=Mock(side_effect=[0.0, 0.5, 9.9, 10.0]))
    monkeypatch.setattr(trust_client, "time", clock)
    client.said = [NO_NAME]
    with client.running(), pytest.raises(RegistryError, match=r"can't resolve the registry's name.*no such host"):
        PROVIDER.create(props(client, deadline=600.0))
    assert clock.monotonic.call_count == 4


def test_what_does_not_end_in_time_tells_what_was_seen_last(client: LoopbackClient) -> None:
    client.said = [REFUSED]
    with client.running(), pytest.raises(DeadlineError) as raised:
        PROVIDER.create(props(client, deadline=0.0))
    assert str(raised.value) == (
        f"timed out after 0 s waiting for client1 to reach {REFERENCE} by docker; last error: client1 does not reach "
        f"{REFERENCE}: nothing listens there: {REFUSED} (check that the registry runs: "
        "`docker logs registry` on its machine)"
    )


@pytest.mark.parametrize("said", [UNTRUSTED, WRONG_NAME, REFUSED, ""])
def test_a_refresh_sees_that_it_does_not_reach_and_up_asks_again(said: str, client: LoopbackClient) -> None:
    with client.running():
        outs = PROVIDER.create(props(client)).outs
        assert outs is not None
        client.said = [said]
        found = PROVIDER.read("client1", outs).outs
        assert found is not None
        (drift,) = found["drift"]
        assert f"client1 does not reach {REFERENCE}: " in drift
        assert said in drift
        assert found == {**outs, "drift": [drift]}
        assert PROVIDER.diff("client1", found, props(client)).changes
        client.said = [UNKNOWN]
        assert PROVIDER.update("client1", found, props(client)).outs == outs


def test_a_client_that_does_not_answer_does_not_reach(client: LoopbackClient) -> None:
    with client.running():
        outs = PROVIDER.create(props(client)).outs
    assert outs is not None
    found = PROVIDER.read("client1", outs).outs
    assert found is not None
    (drift,) = found["drift"]
    assert "can't be reached" in drift
    assert found == {**outs, "drift": [drift]}
    with pytest.raises(StackError, match=r"client1 to reach .* can't be reached"):
        PROVIDER.update("client1", outs, props(client, deadline=0.0))


def test_a_command_that_can_not_be_run_is_an_error_at_once(client: LoopbackClient) -> None:
    client.server.answer = lambda _command, _stdin: Reply(errors="sh: sudo: not found", code=127)
    with client.running(), pytest.raises(CommandError, match="sudo: not found"):
        PROVIDER.create(props(client, deadline=600.0))
