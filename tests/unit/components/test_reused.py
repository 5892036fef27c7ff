"""RegistryStack in other programs: settings made by hand, several in one program, values of other resources."""

import json
import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_tls as tls
import pytest
import yaml
from google.protobuf.json_format import MessageToDict

from components.registry import HeaderInputs
from components.registry_stack import RegistryStack, RegistryStackArgs
from registry_stack.settings import Settings, SettingsError, settings_of
from tests.fakes.session import take_apart
from tests.unit.components.program_mocks import ROOT, Registered, Run, run, run_program
from tests.unit.components.values import is_secret, plain_text

PROJECT = "programs"
HOOK = {"name": "hook", "url": "http://hook.example/", "headers": {"X-From": ["registry"]}}


def container(subnet: str, number: int) -> dict[str, Any]:
    return {"driver": "container", "options": {"container-address": f"{subnet}.{number}"}}


def room(name: str, subnet: str, **changes: Any) -> Settings:
    """Settings of a registry and a client whose machines are named after a room."""
    values = {
        "network": {"subnet": f"{subnet}.0/24", "gateway": f"{subnet}.2"},
        "registry": {"name": f"{name}-registry", "address": f"{subnet}.3", "machine": container(subnet, 100)},
        "clients": [{"name": f"{name}-client", "machine": container(subnet, 101)}],
        "dockerMachine": {"storage": f"/nowhere/{name}"},
    }
    return settings_of({**values, **changes})


def program(**stacks: Settings) -> Run:
    """A program of a project without configuration, with stacks by their names."""

    def main() -> None:
        for name, settings in stacks.items():
            for key, value in RegistryStack(name, RegistryStackArgs(settings)).outputs.items():
                pulumi.export(f"{name}-{key}", value)

    return run_program(main, {}, project=PROJECT)


def north(make: Callable[[], RegistryStackArgs]) -> Run:
    """A program with one stack, whose Args are made in it."""
    return run_program(lambda: RegistryStack("north", make()), {}, project=PROJECT)


def program_of(file: Path) -> Run:
    """A program in a file."""
    return run_program(lambda: runpy.run_path(str(file)), {}, project=PROJECT)


ROOMS = {
    "north": room("north", "192.168.1", hostsFile="manage", notifications=[HOOK]),
    "south": room("south", "192.168.2", certificates={"key": "ecdsa-p256"}, registry={
        "name": "south-registry", "address": "192.168.2.3", "imageFrom": "workstation", "port": 5000,
        "machine": container("192.168.2", 100),
    }),
}  # fmt: skip


def all_of(resource: Registered) -> str:
    """All that the engine is told of a resource."""
    return json.dumps(MessageToDict(resource.request))


def test_two_stacks_in_one_program_have_nothing_in_common() -> None:
    ran = program(**ROOMS)
    urns = [each.urn for each in ran.resources]
    assert len(urns) == len(set(urns))
    mine = {name: [each for each in ran.resources if f"{each.request.name}-".startswith(f"{name}-")] for name in ROOMS}
    assert sum(map(len, mine.values())) == len(urns)
    for name, other in (("north", "south"), ("south", "north")):
        assert {each.urn for each in mine[name] if other in all_of(each)} == set()
        outputs = {key: value for key, value in ran.outputs.items() if key.startswith(name)}
        assert outputs
        assert other not in str(outputs)


def test_each_stack_of_a_program_owns_what_it_makes() -> None:
    ran = program(**ROOMS)
    networks = ran.of("Network")
    for name in ROOMS:
        owner = f"{PROJECT}-demo-{name}"
        network = networks[f"{name}-network"].inputs
        labels = {each["label"]: each["value"] for each in network["labels"]}
        assert (network["name"], labels["registry-stack"]) == (owner, owner)
        assert ran.of("registry:Machine")[f"{name}-{name}-client"].inputs["owner"] == owner
        assert ran.of("Container")[f"{name}-{name}-client-container"].inputs["name"] == f"{owner}-{name}-client"
    identities = [each["value"] for network in networks.values() for each in network.inputs["labels"]]
    assert len(set(identities)) == 4


def test_a_stack_that_is_called_like_its_project_is_owned_by_both_once() -> None:
    (network,) = program(**{PROJECT: ROOMS["north"]}).of("Network").values()
    assert network.inputs["name"] == f"{PROJECT}-demo"
    (network,) = north(lambda: RegistryStackArgs(ROOMS["north"], owner="mine")).of("Network").values()
    assert network.inputs["name"] == "mine"


def test_settings_alone_say_what_a_stack_is_like() -> None:
    alone, both = program(north=ROOMS["north"]), program(**ROOMS)
    for each in alone.resources:
        assert (each.raw, each.request.provider) == (both.at(each.urn).raw, both.at(each.urn).request.provider)


def test_the_example_has_a_registry_and_a_client_and_exports_all_outputs() -> None:
    ran = program_of(ROOT / "examples" / "component" / "__main__.py")
    assert set(ran.of("registry:Machine")) == {"lab-lab-registry", "lab-lab-client"}
    assert set(ran.of("registry:Trust")) == {"lab-lab-client-trust-files"}
    assert ran.outputs.keys() == run("demo").outputs.keys()


def test_the_documentations_program_works_as_it_is(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "other-stacks.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "program.py").write_text(code, "utf-8")
    ran = program_of(tmp_path / "program.py")
    assert set(ran.of("registry:Machine")) == {"lab-lab-registry", "lab-lab-client"}
    assert ran.outputs == {"registry": "lab-registry.localdomain"}


def test_types_are_the_packages() -> None:
    types = {each.request.type for each in run("demo").resources if not each.request.custom}
    own = ("MachineHost", "ContainerMachine", "CertificateAuthority", "ServerCertificate", "Registry", "ClientTrust")
    # the others keep theirs, which are in the URNs of every stack that exists
    assert types == {"registry-stack:index:RegistryStack", *(f"registry:index:{name}" for name in own)}


def notifying(headers: Mapping[str, HeaderInputs]) -> RegistryStackArgs:
    return RegistryStackArgs(ROOMS["north"], webhook_headers=headers)


def with_token() -> Run:
    """A program whose webhook wants a token that another of its resources makes."""

    def args() -> RegistryStackArgs:
        token = tls.PrivateKey("token", algorithm="ED25519").private_key_pem
        return notifying({"hook": {"Authorization": [pulumi.Output.concat("Bearer ", token)]}})

    return north(args)


def endpoint(ran: Run) -> dict[str, Any]:
    command = ran.of("Command")["north-registry-config.yml"].inputs
    configuration = yaml.safe_load(take_apart(command["create"], command["stdin"])[1])
    (found,) = configuration["notifications"]["endpoints"]
    return dict(found)


def test_headers_that_another_resource_knows_reach_the_configuration_as_secrets() -> None:
    ran = with_token()
    assert endpoint(ran)["headers"] == {"X-From": ["registry"], "Authorization": ["Bearer <token privateKeyPem>"]}
    configured = ran.of("Command")["north-registry-config.yml"]
    assert is_secret(configured.raw["stdin"])
    assert ran.of("PrivateKey")["token"].urn in configured.request.dependencies
    assert [each.urn for each in ran.resources if "token privateKeyPem" in plain_text(each.raw)] == []


def test_another_header_makes_another_container() -> None:
    def label(token: str) -> str:
        ran = north(lambda: notifying({"hook": pulumi.Output.secret({"Authorization": [token]})}))
        assert token in str(endpoint(ran))
        return str(ran.of("Container")["north-registry-container"].raw["labels"][0]["value"])

    assert len({label("one"), label("two")}) == 2


def test_headers_of_no_webhook_are_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"webhook_headers has 'hok': should be the name of a webhook \(known: .*hook"
    ):
        notifying({"hok": {}})


@pytest.mark.parametrize("stack", ["demo", "hyperv"])
def test_no_diff_shows_certificates(stack: str) -> None:
    ran = run(stack, workstationTrust="user", certificates={"authorities": [{}, {"name": "next"}]})
    walls = 0
    for each in ran.resources:
        for key, value in each.raw.items():
            if any(mark in plain_text(value) for mark in ("BEGIN CERTIFICATE", "certPem", "certRequestPem")):
                walls += 1
                assert key in each.request.hideDiffs, f"{each.urn}: {key}"
    assert walls >= 7, "the test sees none of the certificates"
