"""The clients' part of the program: what is on each, the check of each, machines and hosts, what others are told."""

import os
from typing import Any

import pytest

from tests.unit.components.program_mocks import certificate_of, run
from tests.unit.components.values import opened_up
from tests.unit.settings.test_clients import HOST, HOST_KEY

TRUST, CHECK = "registry:Trust", "TrustCheck"
HYPERV = {"driver": "hyperv"}
GENERIC = {"driver": "generic", "options": {"generic-ip-address": "192.168.233.50", "generic-ssh-key": __file__}}
HOST_CLIENT = {"name": "rack1", "trust": "system", "os": "rhel", "engine": "podman", "host": HOST}


def test_what_a_client_should_trust() -> None:
    trusts = run("demo").of(TRUST)
    wanted = {
        "serial": "<client1 serial>",
        "reference": "registry0.localdomain",
        "address": "192.168.233.3",
        "names": ["registry0.localdomain", "registry0"],
        "anchors": {"authority": certificate_of("authority-certificate")},
        "os": "auto",
        "engine": "docker",
        "deadline": 600,
    }
    for name, scope in (("client1", "system"), ("client2", "engine")):
        inputs = trusts[f"{name}-trust-files"].inputs
        assert {key: inputs[key] for key in wanted} == {**wanted, "serial": f"<{name} serial>"}
        assert (inputs["name"], inputs["scope"]) == (name, scope)
        assert inputs["login"]["private_key"] == f"<{name} private_key>"


def test_every_authority_is_trusted_by_its_name() -> None:
    authorities = {"authorities": [{"name": "new"}, {"name": "authority"}]}
    anchors = run("demo", certificates=authorities).of(TRUST)["client1-trust-files"].inputs["anchors"]
    assert anchors == {"new": certificate_of("new-certificate"), "authority": certificate_of("authority-certificate")}


def test_what_is_on_a_client_does_not_wait_for_the_registry_and_its_check_waits_for_both() -> None:
    ran = run("demo")
    check = ran.of("RegistryCheck")["check"].urn
    for name in ("client1", "client2"):
        trust, asked = ran.of(TRUST)[f"{name}-trust-files"], ran.of(CHECK)[f"{name}-trust-check"]
        assert check not in trust.request.dependencies
        assert ran.of("StaticAddress")["registry0-address"].urn not in trust.request.dependencies
        assert {trust.urn, check} <= set(asked.request.dependencies)
        assert asked.inputs["files"] == f"<{name}-trust-files files>"
        assert asked.inputs["revision"].startswith("<registry-container id>")
        assert (asked.inputs["name"], asked.inputs["engine"]) == (name, "docker")


def test_clients_are_announced_once_they_have_reached_the_registry() -> None:
    previewed = run("demo", preview=True).outputs["clients"]
    assert "'engine'" not in str(previewed), "the scope of a trust that nobody has seen work"
    assert opened_up(run("demo").outputs)["clients"]["client2"]["trust"] == "engine"


@pytest.mark.parametrize(
    ("settings", "outlives"),
    [
        (HYPERV, False),
        ({**HYPERV, "onDestroy": "keep"}, True),
        ({"adopt": True}, True),
        ({"adopt": True, "onDestroy": "remove"}, True),
        (GENERIC, True),
    ],
)
def test_what_is_on_a_machine_that_outlives_the_stack_is_taken_away(settings: dict[str, Any], outlives: bool) -> None:
    name = "client1"
    ran = run("hyperv", clients=[{"name": name, "machine": settings}])
    machine = ran.of("registry:Machine")[name]
    for each in (ran.of(TRUST)[f"{name}-trust-files"], ran.of(CHECK)[f"{name}-trust-check"]):
        assert each.request.deletedWith == ("" if outlives else machine.urn)
        assert machine.urn in each.request.dependencies


def hosts(**changes: object) -> dict[str, Any]:
    host = {key: value for key, value in {**HOST, "key": __file__, **changes}.items() if value is not None}
    return {"clients": [{**HOST_CLIENT, "host": host}]}


def test_a_host_is_reached_by_its_own_login_and_is_no_machine() -> None:
    ran = run("hyperv", **hosts(port=2222))
    assert set(ran.of("registry:Machine")) == {"registry0"}
    login = {"host": "192.168.233.51", "port": 2222, "user": "admin", "host_key": HOST_KEY}
    trust, check = ran.of(TRUST)["rack1-trust-files"], ran.of(CHECK)["rack1-trust-check"]
    for each in (trust, check):
        assert each.inputs["login"] == {**login, "key_file": __file__}
        assert each.inputs["engine"] == "podman"
        assert each.request.deletedWith == ""
    assert (trust.inputs["scope"], trust.inputs["os"], trust.inputs["serial"]) == ("system", "rhel", "")
    assert opened_up(ran.outputs)["clients"] == {
        "rack1": {"address": "192.168.233.51", "ssh": "ssh://admin@192.168.233.51:2222", "trust": "system"}
    }


def test_without_a_keys_file_the_agent_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", os.devnull)
    login = run("hyperv", **hosts(key=None)).of(TRUST)["rack1-trust-files"].inputs["login"]
    assert {"key_file", "private_key"}.isdisjoint(login)


def test_the_registrys_own_machine_is_a_client_once_it_has_moved() -> None:
    ran = run("hyperv", clients=[{"name": "registry0", "trust": "system"}])
    moved = ran.of("StaticAddress")["registry0-address"]
    assert set(ran.of("registry:Machine")) == {"registry0"}
    for each in (ran.of(TRUST)["registry0-trust-files"], ran.of(CHECK)["registry0-trust-check"]):
        assert each.inputs["login"]["private_key"] == "<registry0 private_key>"
        assert each.request.deletedWith == moved.urn
    assert moved.urn in ran.of(TRUST)["registry0-trust-files"].request.dependencies


def test_the_registrys_own_machine_as_a_host_is_not_asked_before_it_has_moved() -> None:
    ran = run("hyperv", **hosts(address="192.168.233.3"))
    assert ran.of("StaticAddress")["registry0-address"].urn in ran.of(TRUST)["rack1-trust-files"].request.dependencies
    elsewhere = run("hyperv", **hosts()).of(TRUST)["rack1-trust-files"]
    assert ran.of("StaticAddress")["registry0-address"].urn not in elsewhere.request.dependencies


def test_others_are_told_of_a_host_as_a_url_that_they_can_read() -> None:
    told = opened_up(run("hyperv", **hosts(user="CORP\\admin", address="fd00::7")).outputs)["clients"]["rack1"]
    assert (told["address"], told["ssh"]) == ("fd00::7", "ssh://CORP%5Cadmin@[fd00::7]:22")
