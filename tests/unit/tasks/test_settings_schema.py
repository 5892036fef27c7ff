"""The schema of stack files: that it takes what the settings take, and refuses what no setting can be."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from registry_stack.settings import Settings, SettingsError, load
from tasks.docs.make import SCHEMA
from tasks.layout import HERE
from tests.unit.settings.test_clients import HOST
from tests.unit.settings.test_settings import GOOD

STACK_FILES = sorted(path.name for path in HERE.checkout.glob("Pulumi.*.yaml"))
SECRET = {"secure": "v1:q5aihqduIyE=:P7q5oLudCsycFOuW"}
DOCUMENT = json.loads((HERE.checkout / SCHEMA).read_text("utf-8"))
VALIDATOR = Draft202012Validator(DOCUMENT, format_checker=FormatChecker())


def stack_file(**changes: object) -> dict[str, Any]:
    return {"config": {f"registry-stack:{key}": value for key, value in {**GOOD, **changes}.items()}}


def read(document: dict[str, Any]) -> Settings:
    """The settings that Pulumi would hand over."""
    return load({key: json.dumps(value) for key, value in document["config"].items()}, "registry-stack")


def faults(document: object) -> list[str]:
    """Where in a stack file the schema finds something wrong, such as `registry-stack:registry.port`."""
    found = VALIDATOR.iter_errors(document)
    return sorted(
        {"".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in each.path)[8:] for each in found}
    )


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(DOCUMENT)


def test_there_are_stack_files() -> None:
    assert {"Pulumi.demo.yaml", "Pulumi.generic.yaml"} <= set(STACK_FILES)


@pytest.mark.parametrize("name", STACK_FILES)
def test_a_stack_file_names_the_schema_and_fits_it(name: str) -> None:
    text = (HERE.checkout / name).read_text("utf-8")
    assert text.splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA.as_posix()}"
    document = yaml.safe_load(text)
    assert faults(document) == []
    assert read(document).registry.name == "registry0"


def test_the_templates_stack_file_is_that_of_hosts_beside_the_checkout() -> None:
    """`pulumi new` copies it into a folder beside the checkout."""
    text = (HERE.checkout / "Pulumi.generic.yaml").read_text("utf-8")
    beside = text.replace(f"$schema={SCHEMA.as_posix()}", f"$schema=../registry-stack/{SCHEMA.as_posix()}", 1)
    assert (HERE.checkout / "template" / "Pulumi.dev.yaml").read_text("utf-8") == beside != text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"registry": {"address": "10.0.0.3", "port": 5000, "alsoKnownAs": ["registry", "a.b-c.lan", "10.0.0.4"]}},
        {"clients": []},
        {"clients": [{"name": "a", "host": HOST}, {"name": "b", "machine": {"driver": "hyperv", "adopt": True}}]},
        {"machine": {"options": {"a-b": "text", "c": 1, "d": True, "e": ["x", "y"], "f": SECRET}}},
        {"machine": SECRET, "certificates": SECRET, "notifications": SECRET},
        {"certificates": {"authorities": [{"source": "provided", "certificate": "PEM", "privateKey": SECRET}]}},
        {"certificates": {"validFor": "12h", "renewBefore": "1h", "key": "ecdsa-p256"}},
        {"notifications": [{"name": "ci", "url": "https://ci/hook", "headers": {"Authorization": [SECRET]}}]},
        {"notifications": [{"name": "ci", "url": SECRET, "headers": {"X-A": ["text"]}}]},
        {"dockerMachine": {"command": "rancher-machine", "storage": "here", "deadline": 30, "parallel": 64}},
        {"hostsFile": "manage", "workstationTrust": "user"},
    ],
)
def test_what_fits(changes: dict[str, Any]) -> None:
    assert faults(stack_file(**changes)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"encryptionsalt": "v1:q5aihqduIyE="},
        {"secretsprovider": "awskms://alias/x?region=eu-west-1", "encryptedkey": "AQICAHg"},
        {"environment": ["lab"]},
    ],
)
def test_what_pulumi_adds_fits(more: dict[str, Any]) -> None:
    assert faults({**stack_file(), **more}) == []


def test_configuration_of_other_packages_fits() -> None:
    document = stack_file()
    document["config"] |= {"docker:host": "unix:///x", "pulumi:tags": {"a": "b"}}
    assert faults(document) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"clinets": []}, ""),
    ({"registry": None}, "registry-stack:registry"),
    ({"registry": SECRET}, "registry-stack:registry"),
    ({"registry": {}}, "registry-stack:registry"),
    ({"registry": {"address": "10.0.0.3", "adress": "x"}}, "registry-stack:registry"),
    ({"registry": {"address": "10.0.0"}}, "registry-stack:registry.address"),
    ({"registry": {"address": "10.0.0.3", "name": "Registry_0"}}, "registry-stack:registry.name"),
    ({"registry": {"address": "10.0.0.3", "domain": "1.2"}}, "registry-stack:registry.domain"),
    ({"registry": {"address": "10.0.0.3", "alsoKnownAs": ["1.2.3"]}}, "registry-stack:registry.alsoKnownAs[0]"),
    ({"registry": {"address": "10.0.0.3", "port": 65536}}, "registry-stack:registry.port"),
    ({"registry": {"address": "10.0.0.3", "imageFrom": "moon"}}, "registry-stack:registry.imageFrom"),
    ({"network": {"subnet": "10.0.0.0", "gateway": "10.0.0.1"}}, "registry-stack:network.subnet"),
    ({"network": {"subnet": "10.0.0.0/33", "gateway": "10.0.0.1"}}, "registry-stack:network.subnet"),
    ({"network": {"subnet": "10.0.0.0/24"}}, "registry-stack:network"),
    ({"machine": {"driver": "hyperz"}}, "registry-stack:machine"),
    ({"machine": {"options": {"--memory": 1}}}, "registry-stack:machine"),
    ({"machine": {"options": {"memory": 1.5}}}, "registry-stack:machine"),
    ({"machine": {"hostKey": "ssh-rsa AAAA"}}, "registry-stack:machine"),
    ({"clients": {"name": "a"}}, "registry-stack:clients"),
    ({"clients": [{"trust": "engine"}]}, "registry-stack:clients[0]"),
    ({"clients": [{"name": "a", "trsut": "engine"}]}, "registry-stack:clients[0]"),
    ({"clients": [{"name": "a", "trust": "debian"}]}, "registry-stack:clients[0].trust"),
    ({"clients": [{"name": "a", "host": {**HOST, "port": 0}}]}, "registry-stack:clients[0].host.port"),
    ({"clients": [{"name": "a", "host": {**HOST, "key": "PRIVATE KEY"}}]}, "registry-stack:clients[0].host.key"),
    ({"clients": [{"name": "a", "host": {**HOST, "user": "-l"}}]}, "registry-stack:clients[0].host.user"),
    ({"certificates": {"authorities": [{"source": "bought"}]}}, "registry-stack:certificates"),
    ({"certificates": {"authorities": [{"name": "a.b"}]}}, "registry-stack:certificates"),
    ({"certificates": {"authorities": []}}, "registry-stack:certificates"),
    ({"certificates": {"validFor": "1y"}}, "registry-stack:certificates"),
    ({"notifications": [{"name": "", "url": "http://ci"}]}, "registry-stack:notifications"),
    ({"notifications": [{"name": "ci", "url": "ftp://ci"}]}, "registry-stack:notifications"),
    ({"notifications": [{"name": "ci", "url": "http://ci", "headers": {"A b": []}}]}, "registry-stack:notifications"),
    ({"notifications": {"secure": "x", "name": "ci"}}, "registry-stack:notifications"),
    ({"dockerMachine": {"deadline": 5}}, "registry-stack:dockerMachine.deadline"),
    ({"hostsFile": "on"}, "registry-stack:hostsFile"),
]


@pytest.mark.parametrize(("changes", "where"), WRONG)
def test_what_does_not_fit_is_no_setting_either(changes: dict[str, Any], where: str) -> None:
    document = stack_file(**changes)
    assert faults(document) == [where]
    if SECRET not in changes.values():
        with pytest.raises(SettingsError):
            read(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"config": None},
        {"config": {}},
        {"config": {**stack_file()["config"], "registry": {}}},
        {**stack_file(), "configs": {}},
        {**stack_file(), "encryptionsalt": 1},
    ],
)
def test_what_is_no_stack_file(document: object) -> None:
    assert faults(document)
