"""Diffs: what updates a resource, what replaces it, and that nothing does where nothing changed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi.dynamic import DiffResult
from pulumi.output import UNKNOWN

from providers.address import StaticAddressProvider
from providers.base import Provider
from providers.check import RegistryCheckProvider
from providers.image import EngineImageProvider
from providers.machine import MachineProvider
from providers.served import ServedCertificateProvider
from providers.trust import TrustProvider
from providers.trust_check import TrustCheckProvider
from registry_stack.certificates.fingerprints import sha256_of
from tests.certificates import Authority

TOOL = {"command": "docker-machine", "storage": "/storage", "deadline": 600}
LOGIN = {"host": "10.0.0.7", "user": "docker", "port": 22, "private_key": "K", "host_key": "ssh-ed25519 AAAA"}
SERVED = Authority().issue("registry0")


@dataclass(frozen=True)
class Case:
    """A provider, a resource's inputs, and what the provider adds to them."""

    provider: Provider
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def diff(self, **changes: object) -> DiffResult:
        """The diff after changes of inputs; one that is set to None is one that is left out, as Pulumi has it."""
        news = {key: value for key, value in {**self.inputs, **changes}.items() if value is not None}
        return self.provider.diff("id", as_pulumi_delivers({**self.inputs, **self.outputs}), as_pulumi_delivers(news))


def as_pulumi_delivers(props: dict[str, Any]) -> dict[str, Any]:
    """Numbers as floats, since they travel as such; what is unknown as the SDK's object for it."""
    known = {key: value for key, value in props.items() if value is not UNKNOWN}
    delivered: dict[str, Any] = json.loads(json.dumps(known), parse_int=float)
    return {**delivered, **dict.fromkeys(props.keys() - known.keys(), UNKNOWN)}


CASES = {
    "machine": Case(
        MachineProvider(),
        {
            "name": "registry0",
            "driver": "generic",
            "options": {"generic-ip-address": "10.0.0.7", "engine-label": ["a=1", "b=2"]},
            "owner": "registry-stack-demo",
            "tool": TOOL,
            "instance": "c0ffee",
            "ssh_key": "K",
            "pinned_host_key": "ssh-ed25519 AAAA",
            "moves": False,
            "adopt": False,
            "keep": False,
        },
        {"address": "10.0.0.7", "port": 22, "user": "docker", "folder": "/storage/machines/registry0", "serial": "1"}
        | {"health": "well"},
    ),
    "address": Case(
        StaticAddressProvider(),
        {"name": "registry0", "tool": TOOL, "login": LOGIN, "address": "10.0.0.3", "serial": "1"}
        | {"subnet": "10.0.0.0/24", "gateway": "10.0.0.1", "interface": "eth0"},
        {"settled": "10.0.0.3", "health": "well"},
    ),
    "trust": Case(
        TrustProvider(),
        {"name": "client1", "login": LOGIN, "serial": "1", "reference": "r", "address": "10.0.0.3", "names": ["r"]}
        | {"anchors": {"authority": "PEM"}, "scope": "engine", "os": "auto", "engine": "docker", "deadline": 600},
        {"system": "debian", "files": {"/a": "1"}, "folders": [], "drift": []},
    ),
    "reaching": Case(
        TrustCheckProvider(),
        {"name": "client1", "login": LOGIN, "engine": "docker", "reference": "r", "serving": "1", "deadline": 600}
        | {"trusting": {"/a": "1"}},
        {"reaches": True},
    ),
    "image": Case(
        EngineImageProvider(),
        {"image": "registry:2", "address": "10.0.0.3", "folder": "/storage/machines/registry0", "serial": "1"},
        {"image_id": "sha256:1"},
    ),
    "check": Case(
        RegistryCheckProvider(),
        {"host": "r", "address": "10.0.0.3", "port": 443, "ca_certificate": "PEM", "serving": "1", "deadline": 600},
        {"answers": True},
    ),
    "served": Case(
        ServedCertificateProvider(),
        {"login": LOGIN, "serial": "1", "port": 443, "chain": SERVED.certificate, "private_key": SERVED.key},
        {"serves": sha256_of(SERVED.certificate)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_changed(case: Case) -> None:
    result = case.diff()
    assert result.changes is False
    assert not result.replaces


@pytest.mark.parametrize(
    ("resource", "key", "value"),
    [
        ("machine", "name", "registry1"),
        ("machine", "driver", "hyperv"),
        ("machine", "options", {"generic-ip-address": "10.0.0.8"}),
        ("machine", "options", {"generic-ip-address": "10.0.0.8", "engine-label": ["b=2", "a=1"]}),
        ("machine", "adopt", True),
        ("machine", "instance", "another"),
        ("machine", "instance", UNKNOWN),
        ("address", "name", "registry1"),
        ("address", "serial", "2"),
        ("address", "serial", UNKNOWN),
        ("image", "image", "registry:3"),
        ("image", "address", "10.0.0.4"),
        ("image", "serial", "2"),
        ("image", "serial", UNKNOWN),
        ("served", "serial", "2"),
        ("served", "serial", UNKNOWN),
    ],
)
def test_what_replaces(resource: str, key: str, value: object) -> None:
    result = CASES[resource].diff(**{key: value})
    assert result.changes is True
    assert result.replaces == [key]


@pytest.mark.parametrize(
    ("resource", "key", "value"),
    [
        ("machine", "tool", {**TOOL, "deadline": 900}),
        ("machine", "tool", {**TOOL, "command": "rancher-machine"}),
        ("machine", "owner", "registry-stack-other"),
        ("machine", "ssh_key", "L"),
        ("machine", "options", {"generic-ip-address": "10.0.0.7", "engine-label": ["b=2", "a=1"]}),
        ("machine", "keep", True),
        ("machine", "moves", True),
        ("machine", "pinned_host_key", None),
        ("machine", "pinned_host_key", "ssh-ed25519 BBBB"),
        ("address", "tool", {**TOOL, "storage": "/other"}),
        ("address", "login", {**LOGIN, "port": 2222}),
        ("address", "address", "10.0.0.4"),
        ("address", "subnet", "10.0.0.0/16"),
        ("address", "gateway", "10.0.0.2"),
        ("address", "interface", "eth1"),
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
        ("reaching", "name", "client2"),
        ("reaching", "login", {**LOGIN, "port": 2222}),
        ("reaching", "engine", "podman"),
        ("reaching", "reference", "s"),
        ("reaching", "trusting", {"/a": "2"}),
        ("reaching", "serving", UNKNOWN),
        ("reaching", "deadline", 30),
        ("check", "host", "s"),
        ("check", "address", "10.0.0.4"),
        ("check", "port", 5000),
        ("check", "ca_certificate", "other"),
        ("check", "serving", UNKNOWN),
        ("check", "deadline", 30),
        ("served", "login", {**LOGIN, "host": "10.0.0.8"}),
        ("served", "port", 5000),
        ("served", "chain", SERVED.certificate * 2),
        ("served", "chain", UNKNOWN),
        ("served", "private_key", UNKNOWN),
    ],
)
def test_what_updates(resource: str, key: str, value: object) -> None:
    result = CASES[resource].diff(**{key: value})
    assert result.changes is True
    assert not result.replaces


def test_the_folder_of_an_image_matters_to_its_creation_alone() -> None:
    assert CASES["image"].diff(folder="/other").changes is False


def test_a_machine_is_removed_before_another_of_its_name_is_made() -> None:
    assert CASES["machine"].diff(driver="hyperv").delete_before_replace is True


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ("check", {"answers": False}),
        ("reaching", {"reaches": False}),
        ("trust", {"drift": ["/a is missing"]}),
    ],
)
def test_what_a_refresh_found_amiss_is_seen_to_in_place(resource: str, found: dict[str, Any]) -> None:
    case = CASES[resource]
    result = Case(case.provider, case.inputs, {**case.outputs, **found}).diff()
    assert result.changes is True
    assert not result.replaces


def test_a_certificate_that_was_not_the_one_served_in_a_refresh_is_put_in_place_again() -> None:
    case = CASES["served"]
    assert Case(case.provider, case.inputs, {"serves": "another's"}).diff().changes is True


@pytest.mark.parametrize(
    "changes", [{}, {"driver": "hyperv"}, {"options": {"generic-ip-address": "10.0.0.8"}}], ids=str
)
def test_an_adopted_machine_is_never_replaced_for_what_its_maker_settled(changes: dict[str, Any]) -> None:
    machine = CASES["machine"]
    adopted = Case(machine.provider, {**machine.inputs, "adopt": True, "keep": True}, machine.outputs)
    assert not adopted.diff(**changes).replaces


@pytest.mark.parametrize("health", ["stopped", "not at its address", "its engine's certificates do not fit"])
@pytest.mark.parametrize("resource", ["machine", "address"])
def test_what_is_not_well_is_healed_in_place(resource: str, health: str) -> None:
    case = CASES[resource]
    result = Case(case.provider, case.inputs, {**case.outputs, "health": health}).diff()
    assert result.changes is True
    assert not result.replaces


@pytest.mark.parametrize(("adopt", "keep"), [(True, True), (True, False)])
def test_to_adopt_a_machine_is_to_make_another_resource_of_it(adopt: bool, keep: bool) -> None:
    assert CASES["machine"].diff(adopt=adopt, keep=keep).replaces == ["adopt"]
