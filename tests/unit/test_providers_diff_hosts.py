"""Diffs of the trust of hosts that exist already: which change makes another host of one."""

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from tests.unit.test_providers_diff import CASES, LOGIN, Case


@pytest.mark.parametrize(
    ("changes", "replaces"),
    [
        ({}, []),
        ({"host": "10.0.0.8"}, []),
        ({"host_key": "ssh-ed25519 BBBB"}, []),
        ({"host": "10.0.0.8", "user": "root", "key_file": "other", "port": 2222}, []),
        ({"host": "10.0.0.8", "host_key": "ssh-ed25519 BBBB"}, ["login"]),
    ],
)
def test_which_host_is_another_one(changes: dict[str, Any], replaces: list[str]) -> None:
    trust = CASES["trust"]
    login = {key: value for key, value in LOGIN.items() if key != "private_key"} | {"key_file": "~/.ssh/id"}
    host = Case(trust.provider, {**trust.inputs, "login": login, "serial": ""}, trust.outputs)
    result = host.diff(login={**login, **changes})
    assert (result.changes, result.replaces) == (bool(changes), replaces)


def test_a_machine_of_another_address_and_host_key_is_the_same_until_its_serial_is_another() -> None:
    other = {**LOGIN, "host": "10.0.0.8", "host_key": "ssh-ed25519 BBBB"}
    assert CASES["trust"].diff(login=other).replaces == []


def test_a_login_that_is_not_known_yet_comes_with_a_serial_that_is_not() -> None:
    assert CASES["trust"].diff(login=UNKNOWN, serial=UNKNOWN).replaces == ["serial"]
