"""Diffs: what updates a resource, what replaces it, and that nothing does where nothing changed."""

from typing import Any

import pytest
from pulumi.output import UNKNOWN

from tests.unit.providers.diff_cases import CASES, LOGIN, SERVED, TOOL, Case

REPLACES: list[tuple[str, str, object]] = [
    ("machine", "name", "registry1"),
    ("machine", "driver", "hyperv"),
    ("machine", "options", {"generic-ip-address": "10.0.0.8"}),
    ("machine", "options", {"generic-ip-address": "10.0.0.8", "engine-label": ["b=2", "a=1"]}),
    ("machine", "adopt", True),
    ("machine", "instance", "another"),
    ("machine", "instance", UNKNOWN),
    *[
        (resource, key, value)
        for resource in ("current", "address")
        for key, value in (("name", "registry1"), ("serial", "2"), ("serial", UNKNOWN))
    ],
    ("image", "image", "registry:3"),
    ("image", "address", "10.0.0.4"),
    ("image", "serial", "2"),
    ("image", "serial", UNKNOWN),
    ("served", "serial", "2"),
    ("served", "serial", UNKNOWN),
    ("hosts", "path", "/etc/hosts2"),
    ("hosts", "owner", "registry-stack-other"),
    ("workstation", "workstation", {**CASES["workstation"].inputs["workstation"], "home": "/home/you"}),
    ("workstation", "scope", "system"),
    ("workstation", "reference", "s"),
]
UPDATES: list[tuple[str, str, object]] = [
    ("machine", "tool", {**TOOL, "deadline": 900}),
    ("machine", "tool", {**TOOL, "command": "rancher-machine"}),
    ("machine", "owner", "registry-stack-other"),
    ("machine", "ssh_key", "L"),
    ("machine", "options", {"generic-ip-address": "10.0.0.7", "engine-label": ["b=2", "a=1"]}),
    ("machine", "keep", True),
    ("machine", "moves", True),
    ("machine", "pinned_host_key", None),
    ("machine", "pinned_host_key", "ssh-ed25519 BBBB"),
    *[
        (resource, key, value)
        for resource in ("current", "address")
        for key, value in (
            ("tool", {**TOOL, "storage": "/other"}),
            ("login", {**LOGIN, "port": 2222}),
            ("address", "10.0.0.4"),
            ("subnet", "10.0.0.0/16"),
            ("gateway", "10.0.0.2"),
            ("interface", "eth1"),
        )
    ],
    ("trust", "serial", "2"),
    ("trust", "serial", UNKNOWN),
    ("trust", "name", "client2"),
    ("trust", "login", {**LOGIN, "host": "10.0.0.8"}),
    ("trust", "login", UNKNOWN),
    ("trust", "reference", "s"),
    ("trust", "address", "10.0.0.4"),
    ("trust", "names", ["r", "s"]),
    ("trust", "anchors", {"authority": "other"}),
    ("trust", "anchors", {"authority": "PEM", "new": "other"}),
    ("trust", "anchors", UNKNOWN),
    ("trust", "scope", "system"),
    ("trust", "os", "debian"),
    ("trust", "engine", "podman"),
    ("trust", "deadline", 900),
    ("reaching", "serial", "2"),
    ("reaching", "name", "client2"),
    ("reaching", "login", {**LOGIN, "port": 2222}),
    ("reaching", "engine", "podman"),
    ("reaching", "reference", "s"),
    ("reaching", "files", {"/a": "2"}),
    ("reaching", "revision", UNKNOWN),
    ("reaching", "deadline", 30),
    ("check", "host", "s"),
    ("check", "address", "10.0.0.4"),
    ("check", "port", 5000),
    ("check", "ca_certificate", "other"),
    ("check", "revision", UNKNOWN),
    ("check", "deadline", 30),
    ("served", "login", {**LOGIN, "host": "10.0.0.8"}),
    ("served", "port", 5000),
    ("served", "chain", SERVED.certificate * 2),
    ("served", "chain", UNKNOWN),
    ("served", "private_key", UNKNOWN),
    ("hosts", "lines", ["10.0.0.4 r"]),
    ("workstation", "anchors", {"authority": "other"}),
]
# What matters to a creation alone; and docker-machine's authority, which is read once, whatever comes.
IGNORED: list[tuple[str, str, object]] = [
    ("machine", "moves_to", "10.0.0.4"),
    ("image", "folder", "/other"),
    ("authority", "storage", "/other"),
    ("authority", "alone", False),
    ("authority", "found", None),
]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_changed(case: Case) -> None:
    result = case.diff()
    assert result.changes is False
    assert not result.replaces


@pytest.mark.parametrize(("resource", "key", "value"), REPLACES)
def test_what_replaces(resource: str, key: str, value: object) -> None:
    result = CASES[resource].diff(**{key: value})
    assert result.changes is True
    assert result.replaces == [key]


@pytest.mark.parametrize(("resource", "key", "value"), UPDATES)
def test_what_updates(resource: str, key: str, value: object) -> None:
    result = CASES[resource].diff(**{key: value})
    assert result.changes is True
    assert not result.replaces


@pytest.mark.parametrize(("resource", "key", "value"), IGNORED)
def test_what_changes_nothing(resource: str, key: str, value: object) -> None:
    news = CASES[resource].inputs | {key: value}
    result = CASES[resource].provider.diff("id", CASES[resource].inputs | CASES[resource].outputs, news)
    assert result.changes is False
    assert not result.replaces


@pytest.mark.parametrize("resource", CASES)
def test_no_input_is_left_out_above(resource: str) -> None:
    case = CASES[resource]
    tried = {key for rows in (REPLACES, UPDATES, IGNORED) for name, key, _ in rows if name == resource}
    assert tried == {*case.inputs, *case.provider.replaces, *case.provider.updates}


@pytest.mark.parametrize(("resource", "key", "value"), REPLACES)
def test_a_name_that_can_be_used_once_is_free_before_another_resource_is_made(
    resource: str, key: str, value: object
) -> None:
    result = CASES[resource].diff(**{key: value})
    assert result.delete_before_replace is (resource in {"machine", "workstation"})


@pytest.mark.parametrize("resource", CASES)
def test_what_a_refresh_found_amiss_is_seen_to_in_place(resource: str) -> None:
    result = CASES[resource].found(drift=["/a is missing"]).diff()
    # of docker-machine's authority the stack keeps what it has read: see test_authority
    assert result.changes is (resource != "authority")
    assert not result.replaces


@pytest.mark.parametrize(
    "changes", [{}, {"driver": "hyperv"}, {"options": {"generic-ip-address": "10.0.0.8"}}], ids=str
)
def test_an_adopted_machine_is_never_replaced_for_what_its_maker_settled(changes: dict[str, Any]) -> None:
    machine = CASES["machine"]
    adopted = Case(machine.provider, {**machine.inputs, "adopt": True, "keep": True}, machine.outputs)
    assert not adopted.diff(**changes).replaces


@pytest.mark.parametrize(("adopt", "keep"), [(True, True), (True, False)])
def test_to_adopt_a_machine_is_to_make_another_resource_of_it(adopt: bool, keep: bool) -> None:
    assert CASES["machine"].diff(adopt=adopt, keep=keep).replaces == ["adopt"]
