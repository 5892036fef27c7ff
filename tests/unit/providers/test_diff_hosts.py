"""Diffs of the trust of hosts that exist already: which change makes another host of one."""

from typing import Any

import pytest
from pulumi.output import UNKNOWN

from tests.unit.providers.diff_cases import CASES, LOGIN, Case

TRUST = CASES["trust"]
HOSTS_LOGIN = {key: value for key, value in LOGIN.items() if key != "private_key"} | {"key_file": "~/.ssh/id"}
HOST = Case(TRUST.provider, {**TRUST.inputs, "login": HOSTS_LOGIN, "serial": ""}, TRUST.outputs)


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
    result = HOST.diff(login={**HOSTS_LOGIN, **changes})
    assert (result.changes, result.replaces) == (bool(changes), replaces)


@pytest.mark.parametrize("login", [UNKNOWN, {**LOGIN, "host": "10.0.0.8", "host_key": "ssh-ed25519 BBBB"}])
def test_another_machine_of_the_name_is_where_the_lost_one_was(login: object) -> None:
    assert TRUST.diff(login=login, serial=UNKNOWN).replaces == []


@pytest.mark.parametrize("login", [UNKNOWN, LOGIN])
def test_a_machine_instead_of_a_host_is_another_client(login: object) -> None:
    assert HOST.diff(login=login, serial=UNKNOWN).replaces == ["login"]


def test_a_host_instead_of_a_machine_is_another_client() -> None:
    assert TRUST.diff(login=HOSTS_LOGIN, serial="").replaces == ["login"]
