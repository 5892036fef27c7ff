"""The program as a whole, against mocks: which resources it registers, how they are wired, what it exports."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pulumi
import pytest

from registry_stack.guest import addresses
from tests.fakes.session import take_apart
from tests.unit.components.program_mocks import NAME, STACK, certificate_of, run

COMMAND, CONTAINER = "command:remote:Command", "docker:index/container:Container"
MACHINE = "pulumi-python:dynamic/registry:Machine"
MACHINES = ("registry0", "client1", "client2")
AUTHORITY = certificate_of("authority-certificate")

COMMON = {
    "pulumi:providers:pulumi-python": {"process-1"},
    "registry:index:MachineHost": {*MACHINES},
    MACHINE: {*MACHINES},
    "pulumi-python:dynamic/registry:CurrentAddress": {"registry0-address-now"},
    "pulumi-python:dynamic/registry:StaticAddress": {"registry0-address"},
    "registry:index:CertificateAuthority": {"authority"},
    "tls:index/selfSignedCert:SelfSignedCert": {"authority-certificate"},
    "registry:index:ServerCertificate": {"certificate"},
    "tls:index/certRequest:CertRequest": {"certificate-request"},
    "tls:index/locallySignedCert:LocallySignedCert": {"certificate-certificate"},
    "registry:index:Registry": {"registry"},
    COMMAND: {
        "registry0-address-bootsync.sh",
        *(f"registry-{file}" for file in ("config.yml", "ca.pem", "certificate.pem", "key.pem")),
    },
    "pulumi:providers:docker": {"registry-engine"},
    "pulumi-python:dynamic/registry:ServedCertificate": {"registry-certificate"},
    "pulumi-python:dynamic/registry:RegistryHost": {"registry-host"},
    "pulumi-python:dynamic/registry:RegistryCheck": {"check"},
    "registry:index:ClientTrust": {"client1-trust", "client2-trust"},
    "pulumi-python:dynamic/registry:Trust": {"client1-trust-files", "client2-trust-files"},
    "pulumi-python:dynamic/registry:TrustCheck": {"client1-trust-check", "client2-trust-check"},
}
KEYS = {"authority-key", "certificate-key"}
DEMO = COMMON | {
    "docker:index/network:Network": {"network"},
    "registry:index:ContainerMachine": {*MACHINES},
    "tls:index/privateKey:PrivateKey": KEYS
    | {"network-identity"}
    | {f"{m}-{which}-key" for m in MACHINES for which in ("user", "host")},
    CONTAINER: {*(f"{m}-container" for m in MACHINES), "registry-container"},
    "pulumi-python:dynamic/registry:EngineImage": {"registry-image"},
}
HYPERV = COMMON | {
    COMMAND: {*COMMON[COMMAND], "registry-on-disk"},
    "tls:index/privateKey:PrivateKey": KEYS,
    CONTAINER: {"registry-container"},
    "docker:index/remoteImage:RemoteImage": {"registry-image"},
}

every_run = pytest.mark.parametrize(("stack", "preview"), [(s, p) for s in ("demo", "hyperv") for p in (False, True)])


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("stack", "wanted"), [("demo", DEMO), ("hyperv", HYPERV)])
def test_resources_of_a_stack(stack: str, wanted: dict[str, set[str]], preview: bool) -> None:
    seen: dict[str, set[str]] = {}
    for each in run(stack, preview=preview).resources:
        seen.setdefault(each.request.type, set()).add(each.request.name)
    named = {kind: {f"{NAME}-{name}" for name in names} for kind, names in wanted.items()}
    assert seen == {"registry-stack:index:RegistryStack": {NAME}, **named}


@every_run
def test_no_two_resources_share_a_urn(stack: str, preview: bool) -> None:
    urns = [each.urn for each in run(stack, preview=preview).resources]
    assert len(urns) == len(set(urns))


@every_run
def test_children_carry_the_name_of_their_component(stack: str, preview: bool) -> None:
    ran = run(stack, preview=preview)
    for each in ran.resources:
        parent = each.request.parent
        name = NAME if f"::{STACK}::" in parent else ran.at(parent).request.name
        assert f"{each.request.name}-".startswith(f"{name}-"), each.urn


@every_run
def test_whatever_lives_on_a_machine_goes_with_it(stack: str, preview: bool) -> None:
    ran = run(stack, preview=preview)
    hosts = {each.urn for kind in ("Machine", "StaticAddress") for each in ran.of(f"registry:{kind}").values()}
    own = ("registry:Trust", "TrustCheck", "StaticAddress", "CurrentAddress", "EngineImage", "ServedCertificate")
    kinds = (*own, "RegistryHost", "Command", "RemoteImage", "providers:docker")
    living = [each for kind in kinds for each in ran.of(kind).values()] + [ran.of(CONTAINER)["registry-container"]]
    assert {each.urn for each in living if each.request.deletedWith not in hosts} == set()
    assert {each.urn for each in ran.resources if each.request.deletedWith} == {each.urn for each in living}


@pytest.mark.parametrize("stack", ["demo", "hyperv"])
def test_commands_know_their_machine(stack: str) -> None:
    ran = run(stack)
    for each in ran.of(COMMAND).values():
        machine = ran.at(each.request.deletedWith).name.removesuffix("-address")
        connection = each.inputs["connection"]
        assert connection["hostKey"] == f"<{machine} host_key>"
        assert connection["privateKey"] == f"<{machine} private_key>"
        before = each.name == "registry0-address-bootsync.sh"
        assert connection["host"] == ("<registry0-address-now current>" if before else "192.168.233.3")
        assert each.inputs["triggers"] == [f"<{machine} serial>"]
        assert each.inputs["addPreviousOutputInEnv"] is False


@pytest.mark.parametrize("stack", ["demo", "hyperv"])
def test_resources_of_this_programs_own_providers_know_their_machine(stack: str) -> None:
    ran = run(stack)
    for kind in ("Trust", "StaticAddress", "CurrentAddress", "EngineImage"):
        for each in ran.of(f"registry:{kind}").values():
            machine = ran.at(each.request.deletedWith).name.removesuffix("-address")
            assert each.inputs["serial"] == f"<{machine} serial>"
            if "login" in each.inputs:
                assert each.inputs["login"]["host_key"] == f"<{machine} host_key>"
                assert each.inputs["login"]["host"] == f"<{machine} address>"


def test_the_registry_moves_before_anything_is_put_on_its_machine() -> None:
    ran = run("demo")
    moved = ran.of("StaticAddress")["registry0-address"]
    engine = ran.of("providers:docker")["registry-engine"]
    files = [each for each in ran.of(COMMAND).values() if each.name != "registry0-address-bootsync.sh"]
    assert len(files) == 4
    for each in (*files, *ran.of("ServedCertificate").values(), *ran.of("EngineImage").values()):
        assert moved.urn in each.request.dependencies, each.urn
    assert moved.urn in engine.request.dependencies
    assert engine.inputs["host"] == "tcp://192.168.233.3:2376"
    assert engine.inputs["certPath"].endswith("/.state/docker-machine/certs")


def test_the_static_address_is_the_guides() -> None:
    inputs = run("hyperv").of("StaticAddress")["registry0-address"].inputs
    assert (inputs["name"], inputs["address"]) == ("registry0", "192.168.233.3")
    assert inputs["tool"] == {"command": "docker-machine", "storage": "/nowhere/docker-machine", "deadline": 600}
    place = addresses.StaticAddress(
        IPv4Address(inputs["address"]),
        IPv4Network(inputs["subnet"]),
        IPv4Address(inputs["gateway"]),
        inputs["interface"],
    )
    command = run("hyperv").of(COMMAND)["registry0-address-bootsync.sh"].inputs
    _, written = take_apart(command["create"], command["stdin"])
    assert written == addresses.GUESTS["boot2docker"].document(place)
    for line in (
        "kill $(cat /var/run/udhcpc.eth0.pid)",
        "ifconfig eth0 192.168.233.3 netmask 255.255.255.0 broadcast 192.168.233.255 up",
        "route add default gw 192.168.233.2",
    ):
        assert line in written.splitlines()


def test_bootsync_is_written_where_the_machine_is_and_before_it_moves() -> None:
    ran = run("demo")
    current = ran.of("CurrentAddress")["registry0-address-now"]
    written = ran.of(COMMAND)["registry0-address-bootsync.sh"]
    moved = ran.of("StaticAddress")["registry0-address"]
    assert current.urn in written.request.dependencies
    assert written.urn in moved.request.dependencies
    # each looks for the same machine, and moves it to the same place
    own = ("__provider", "drift")
    assert {key: value for key, value in current.inputs.items() if key not in (*own, "current")} == {
        key: value for key, value in moved.inputs.items() if key not in (*own, "settled")
    }
    script, _ = take_apart(written.inputs["create"], written.inputs["stdin"])
    assert addresses.write_bootsync() in script


def test_the_check_asks_what_was_started() -> None:
    ran = run("demo")
    inputs = ran.of("RegistryCheck")["check"].inputs
    assert {key: inputs[key] for key in ("host", "address", "port", "ca_certificate", "revision", "deadline")} == {
        "host": "registry0.localdomain",
        "address": "192.168.233.3",
        "port": 443,
        "ca_certificate": AUTHORITY,
        "revision": "<registry-container id> <registry-certificate serves>",
        "deadline": 600,
    }


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"registry": {"address": "192.168.234.3"}},
            "registry-stack:registry.address is '192.168.234.3': should be an address within the subnet 192.168.233.0",
        ),
        ({"clinets": []}, "registry-stack:clinets is unknown: did you mean clients?"),
        (
            {"dockerMachine": {"command": "no-such-machine"}},
            "registry-stack:dockerMachine.command is 'no-such-machine': should be an installed docker-machine",
        ),
    ],
)
def test_faulty_settings_end_the_program_with_a_line(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(pulumi.RunError) as raised:
        run("hyperv", **changes)
    assert line in str(raised.value)
    assert raised.value.__suppress_context__
