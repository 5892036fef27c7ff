"""Settings: what is accepted, and the line that each fault gets."""

import json
from typing import Any

import pytest

from registry_stack.settings import Settings, SettingsError, load, settings_of

GOOD: dict[str, Any] = {
    "registry": {"address": "192.168.233.3", "alsoKnownAs": ["192.168.150.104"]},
    "network": {"subnet": "192.168.233.0/24", "gateway": "192.168.233.2"},
    "machine": {"driver": "hyperv", "options": {"hyperv-virtual-switch": "VMWare NAT", "hyperv-memory": 512}},
    "clients": [{"name": "client1", "trust": "system"}],
}
CONTAINER = {"driver": "container", "options": {"container-address": "192.168.233.9"}}
SUBNET = "192.168.233.0/24"


def configuration(**changes: object) -> dict[str, str]:
    return {f"registry-stack:{key}": json.dumps(value) for key, value in {**GOOD, **changes}.items()}


def settings(**changes: object) -> Settings:
    return load(configuration(**changes), "registry-stack")


def registry(**changes: object) -> dict[str, Any]:
    return {**GOOD["registry"], **changes}


def test_names_and_reference_of_the_guide() -> None:
    read = settings()
    assert read.registry.host == "registry0.localdomain"
    assert read.registry.reference == "registry0.localdomain"
    assert settings(registry=registry(port=5000)).registry.reference == "registry0.localdomain:5000"


def test_plain_values_are_those_of_a_stack_file() -> None:
    assert settings_of(GOOD) == settings()
    with pytest.raises(SettingsError, match=r"^lab:clinets is unknown: did you mean clients\?"):
        settings_of({**GOOD, "clinets": []}, "lab")


def test_every_machine_has_a_driver_of_its_own_or_the_common_one() -> None:
    read = settings(clients=[{"name": "a"}, {"name": "b", "machine": CONTAINER}])
    assert {name: machine.driver for name, machine in read.machines.items()} == {
        "registry0": "hyperv",
        "a": "hyperv",
        "b": "container",
    }


def test_the_hosts_file_is_left_alone_unless_asked_for() -> None:
    assert settings().hosts_file == "off"
    plain = {f"registry-stack:{key}": json.dumps(value) for key, value in GOOD.items()}
    assert load({**plain, "registry-stack:hostsFile": "manage"}, "registry-stack").hosts_file == "manage"


def test_keys_of_other_packages_are_left_alone() -> None:
    config = {f"registry-stack:{key}": json.dumps(value) for key, value in GOOD.items()}
    assert load({**config, "docker:host": "unix:///x"}, "registry-stack") == settings()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"clinets": []}, "registry-stack:clinets is unknown: did you mean clients?"),
        (
            {"clients": [{"name": "a", "trsut": "engine"}]},
            "registry-stack:clients[0].trsut is unknown: did you mean trust?",
        ),
        ({"registry": registry(adress="x")}, "registry-stack:registry.adress is unknown: did you mean address?"),
        ({"registry": {}}, "registry-stack:registry.address is missing: The static IPv4 address"),
        (
            {"machine": {"driver": "amazonec2", "adopt": True, "options": {"amazonec2-secret-key": "s3cret"}}},
            "machine.options is a mapping: should be left out for a machine that is adopted as it is: amazonec2-s",
        ),
        (
            {"machine": [{"options": {"amazonec2-secret-key": "s3cret"}}]},
            "machine is a list: should be a mapping of keys to values",
        ),
        ({"registry": "registry0"}, "registry-stack:registry is text: should be a mapping of keys to values"),
        ({"clients": {"name": "a"}}, "registry-stack:clients is a mapping: should be a list"),
        (
            {"clients": [{"name": "a", "trust": "debain"}]},
            "clients[0].trust is 'debain': should be 'engine' or 'system'",
        ),
        (
            {"clients": [{"name": "registry0", "machine": {}}]},
            "clients[0].name is 'registry0': should be a unique name: the registry's machine has it already",
        ),
        (
            {"clients": [{"name": "a"}, {"name": "a"}]},
            "clients[1].name is 'a': should be a unique name: clients[0] has it already",
        ),
        (
            {"clients": [{"name": "Client_1"}]},
            "clients[0].name is 'Client_1': should be a DNS name: lower-case letters",
        ),
        ({"registry": registry(name="-x")}, "registry.name is '-x': should be a DNS name"),
        ({"registry": registry(domain="a..b")}, "registry.domain is 'a..b': should be a DNS name"),
        (
            {"registry": registry(alsoKnownAs=["1.2.3"])},
            "registry.alsoKnownAs[0] is '1.2.3': should be a DNS name in lower case, an IPv4 address or",
        ),
        (
            {"registry": registry(address="192.168.1.3")},
            f"registry.address is '192.168.1.3': should be an address within the subnet {SUBNET}",
        ),
        (
            {"registry": registry(address="192.168.233.255")},
            f"registry.address is '192.168.233.255': should be an address within the subnet {SUBNET}",
        ),
        (
            {"registry": registry(address="192.168.233.2")},
            "registry.address is '192.168.233.2': should be an address other than the gateway's",
        ),
        (
            {"registry": registry(address="192.168.233")},
            "registry.address is '192.168.233': should be an IPv4 address, such as",
        ),
        (
            {"network": {"subnet": SUBNET, "gateway": "10.0.0.1"}},
            f"network.gateway is '10.0.0.1': should be an address within the subnet {SUBNET}",
        ),
        (
            {"network": {"subnet": "192.168.233.1/24", "gateway": "192.168.233.2"}},
            "network.subnet is '192.168.233.1/24': should be an IPv4 subnet with its prefix and without host bits",
        ),
        ({"registry": registry(port=0)}, "registry.port is 0: should be a port from 1 to 65535"),
        ({"registry": registry(port=65536)}, "registry.port is 65536: should be a port from 1 to 65535"),
        (
            {"registry": registry(imageFrom="moon")},
            "registry.imageFrom is 'moon': should be 'registry' or 'workstation'",
        ),
        ({"machine": {"driver": "hyperz"}}, "machine.driver is 'hyperz': should be 'container', 'generic', 'hyperv'"),
        (
            {"machine": {"driver": "hyperv", "options": {"--memory": 1}}},
            "machine.options.--memory is '--memory': should be the name of a driver's flag, without its dashes",
        ),
        (
            {"machine": {"driver": "hyperv", "options": {"hyperv-memory": 1.5}}},
            "machine.options.hyperv-memory is (hidden): should be text, a number, true, false, or a list of texts",
        ),
        (
            {"machine": {"driver": "container"}},
            "machine.options.container-address is not set: should be the IPv4 address that Docker assigns",
        ),
        (
            {"machine": {"driver": "container", "options": {"container-address": "here"}}},
            "machine.options.container-address is 'here': should be the IPv4 address that Docker assigns",
        ),
        (
            {"clients": [{"name": name, "machine": CONTAINER} for name in "ab"]},
            "clients[1].machine.options.container-address is '192.168.233.9': should be a unique address for b",
        ),
        (
            {
                "clients": [
                    {"name": "a", "machine": {"driver": "container", "options": {"container-address": "10.0.0.9"}}}
                ]
            },
            "clients[0].machine.options.container-address is '10.0.0.9': should be an address within the subnet "
            f"{SUBNET}",
        ),
        (
            {"machine": {"driver": "generic", "options": {"generic-ssh-key": "id"}}},
            "machine.options.generic-ip-address is not set: should be the address of the host",
        ),
        (
            {"machine": {"driver": "generic", "options": {"generic-ip-address": "10.0.0.7"}}},
            "machine.options.generic-ssh-key is not set: should be the path of the private key",
        ),
        (
            {"machine": {"driver": "generic", "hostKey": "ssh-rsa AAAA"}},
            "machine.hostKey is 'ssh-rsa AAAA': should be an SSH host key as in known_hosts",
        ),
        (
            {"notifications": [{"name": "ci", "url": "ftp://ci"}]},
            "notifications[0].url is (hidden): should be a URL such as https://ci.example/hook: it should begin",
        ),
        ({"hostsFile": "on"}, "registry-stack:hostsFile is 'on': should be 'manage' or 'off'"),
        ({"dockerMachine": {"deadline": 5}}, "dockerMachine.deadline is 5: should be a whole number from 30 to 7200"),
    ],
)
def test_a_fault_names_the_key_the_value_and_what_would_be_right(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**changes)
    assert line in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(SettingsError) as plain:
        settings_of({**GOOD, **changes})
    assert str(plain.value) == str(caught.value)


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(SettingsError) as caught:
        settings(clinets=[], machine={"driver": "x"}, registry={})
    assert len(str(caught.value).splitlines()) == 3


def test_a_faulty_header_does_not_show_its_value() -> None:
    with pytest.raises(SettingsError) as caught:
        settings(notifications=[{"name": "ci", "url": "http://ci", "headers": {"Authorization": "s3cret"}}])
    assert "notifications[0].headers.Authorization is text: should be a list" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_storage_is_where_docker_machine_keeps_it_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACHINE_STORAGE_PATH", "/somewhere")
    assert str(settings().docker_machine.storage_folder) == "/somewhere"
    assert settings(dockerMachine={"storage": "here"}).docker_machine.storage_folder.is_absolute()
