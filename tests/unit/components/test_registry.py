"""The registry's part of the program: certificates, files, container; container machines."""

from typing import Any

import pytest
import yaml

from registry_stack.registry.certificate import stage_file
from tests.fakes.session import take_apart
from tests.unit.components.program_mocks import Registered, certificate_of, run
from tests.unit.components.values import is_secret

CA = certificate_of("authority-certificate")


def taken_apart(command: Registered) -> tuple[str, str]:
    """The script that a command runs, and what it hands to that."""
    return take_apart(command.inputs["create"], command.inputs["stdin"])


def test_certificate_request_has_every_name_of_the_guide() -> None:
    request = run("hyperv").of("CertRequest")["certificate-request"].inputs
    assert request["subject"] == {"commonName": "registry0.localdomain"}
    assert request["dnsNames"] == ["registry0.localdomain", "registry0"]
    assert request["ipAddresses"] == ["192.168.233.3", "192.168.150.104"]


def test_names_and_addresses_that_it_is_also_known_as_are_told_apart() -> None:
    registry = {"address": "192.168.233.3", "alsoKnownAs": ["192.168.150.104", "registry.example"]}
    request = run("hyperv", registry=registry).of("CertRequest")["certificate-request"].inputs
    assert request["dnsNames"] == ["registry0.localdomain", "registry0", "registry.example"]
    assert request["ipAddresses"] == ["192.168.233.3", "192.168.150.104"]


def test_an_ipv6_address_is_an_address_and_nothing_is_named_twice() -> None:
    names = ["2001:DB8::1", "registry0", "192.168.233.3", "registry.example", "2001:db8:0::1"]
    registry = {"address": "192.168.233.3", "alsoKnownAs": names}
    request = run("hyperv", registry=registry).of("CertRequest")["certificate-request"].inputs
    assert request["dnsNames"] == ["registry0.localdomain", "registry0", "registry.example"]
    assert request["ipAddresses"] == ["192.168.233.3", "2001:db8::1"]


def test_server_certificate() -> None:
    certificate = run("hyperv").of("LocallySignedCert")["certificate-certificate"].inputs
    assert certificate == {
        "certRequestPem": "<certificate-request certRequestPem>",
        "caCertPem": CA,
        "caPrivateKeyPem": "<authority-key privateKeyPem>",
        "allowedUses": ["content_commitment", "digital_signature", "key_encipherment", "server_auth"],
        "setSubjectKeyId": True,
        "validityPeriodHours": 8760,
        "earlyRenewalHours": 720,
    }
    key = run("hyperv").of("PrivateKey")["certificate-key"].inputs
    assert key == {"algorithm": "RSA", "rsaBits": 2048}


def test_certificate_authority() -> None:
    certificate = run("hyperv").of("SelfSignedCert")["authority-certificate"].inputs
    assert certificate["isCaCertificate"] is True
    assert certificate["allowedUses"] == ["cert_signing", "crl_signing"]
    assert certificate["privateKeyPem"] == "<authority-key privateKeyPem>"
    assert certificate["subject"] == {"commonName": "registry0.localdomain certificate authority"}


def test_what_the_registry_serves_and_how_it_is_configured() -> None:
    ran = run("demo")
    served = ran.of("ServedCertificate")["registry-certificate"].inputs
    assert served["chain"] == f"<certificate-certificate certPem>{CA}"
    assert served["private_key"] == "<certificate-key privateKeyPem>"
    assert (served["login"]["host"], served["port"], served["serial"]) == ("192.168.233.3", 443, "<registry0 serial>")
    path = "/var/lib/boot2docker/registry-certs/config.yml"
    script, document = taken_apart(ran.of("Command")["registry-config.yml"])
    assert f"chmod 600 {path}.new; mv {path}.new {path}" in script
    assert yaml.safe_load(document)["http"]["addr"] == ":5000"


def test_certificate_and_key_are_staged_and_the_authority_lies_beside_them() -> None:
    ran = run("demo")
    commands, served = ran.of("Command"), ran.of("ServedCertificate")["registry-certificate"]
    for name, file, content in (
        ("registry-certificate.pem", "registry.pem", f"<certificate-certificate certPem>{CA}"),
        ("registry-key.pem", "registry-key.pem", "<certificate-key privateKeyPem>"),
    ):
        script, document = taken_apart(commands[name])
        assert stage_file(file) in script
        assert document == content
        assert commands[name].urn in served.request.dependencies
    assert is_secret(commands["registry-key.pem"].raw["stdin"])
    script, document = taken_apart(commands["registry-ca.pem"])
    path = "/var/lib/boot2docker/registry-certs/ca.pem"
    assert f"chmod 644 {path}.new; mv {path}.new {path}" in script
    assert document == CA


def test_the_check_asks_again_when_another_certificate_is_served() -> None:
    check = run("demo").of("RegistryCheck")["check"].inputs
    assert check["revision"] == "<registry-container id> <registry-certificate serves>"


def test_container_of_the_registry() -> None:
    ran = run("demo")
    container, engine = ran.of("Container")["registry-container"], ran.of("providers:docker")["registry-engine"]
    assert container.request.provider == f"{engine.urn}::<registry-engine id>"
    assert container.request.deleteBeforeReplace
    files = {ran.of("Command")[f"registry-{file}"].urn for file in ("config.yml", "ca.pem")}
    served = ran.of("ServedCertificate")["registry-certificate"].urn
    assert {*files, served} <= set(container.request.dependencies)
    starts_with = container.inputs.pop("labels")
    assert [each["label"] for each in starts_with] == ["registry-stack.starts-with"]
    assert {key: value for key, value in container.inputs.items() if key != "labels"} == {
        "name": "registry",
        "image": "<registry-image image_id>",
        "command": ["/certs/config.yml"],
        "restart": "always",
        "mustRun": True,
        "networkMode": "bridge",
        "ports": [{"internal": 5000, "external": 443}],
        "volumes": [
            {"hostPath": "/var/lib/boot2docker/registry-certs", "containerPath": "/certs", "readOnly": True},
            {"hostPath": "/var/lib/boot2docker/registry-data", "containerPath": "/var/lib/registry"},
        ],
    }


def test_another_port_of_the_registry() -> None:
    ran = run("demo", registry={"address": "192.168.233.3", "port": 5000}, machine={"driver": "virtualbox"})
    assert ran.of("Container")["registry-container"].inputs["ports"] == [{"internal": 5000, "external": 5000}]
    assert ran.of("registry:Trust")["client2-trust-files"].inputs["reference"] == "registry0.localdomain:5000"


def test_another_configuration_makes_another_container_and_another_certificate_does_not() -> None:
    def label(**changes: Any) -> str:
        container = run("hyperv", **changes).of("Container")["registry-container"]
        return str(container.raw["labels"][0]["value"])

    hook = {"name": "hook", "url": "http://hook.example/", "headers": {"Authorization": ["Bearer one"]}}
    other = {**hook, "headers": {"Authorization": ["Bearer two"]}}
    assert label() == label(clients=[])
    assert label() == label(certificates={"authorities": [{"name": "another"}]})
    assert len({label(), label(notifications=[hook]), label(notifications=[other])}) == 3


def test_another_machine_makes_another_container_of_the_same_labels() -> None:
    container = run("hyperv").of("docker:index/container:Container")["registry-container"]
    assert container.request.replacement_trigger.string_value == "<registry0 serial>"


def test_image_from_the_workstation_or_from_a_registry() -> None:
    ran = run("demo")
    handed = ran.of("EngineImage")["registry-image"].inputs
    assert (handed["image"], handed["address"]) == ("registry-stack/registry:2", "192.168.233.3")
    assert handed["folder"] == "<registry0 folder>"
    ran = run("hyperv")
    pulled = ran.of("RemoteImage")["registry-image"]
    assert pulled.inputs == {"name": "registry:2", "keepLocally": True}
    assert pulled.request.replacement_trigger.string_value == "<registry0 serial>"
    assert pulled.request.provider.startswith(ran.of("providers:docker")["registry-engine"].urn)


def test_container_machine_has_the_least_privilege() -> None:
    ran = run("demo")
    container = ran.of("Container")["client1-container"]
    inputs = container.inputs
    assert "privileged" not in inputs
    assert set(inputs["capabilities"]["adds"]) == {
        *("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE"),
        *("CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SYSLOG"),
    }
    assert inputs["image"] == "registry-stack/machine:1"
    assert (inputs["name"], inputs["hostname"]) == ("registry-stack-demo-client1", "client1")
    assert (inputs["restart"], inputs["mustRun"], inputs["cgroupnsMode"]) == ("always", True, "private")
    assert inputs["networksAdvanced"] == [{"name": "registry-stack-demo", "ipv4Address": "192.168.233.11"}]
    assert "volumes" not in inputs, "nothing of the workstation's is mounted: the image declares its own volumes"
    network = ran.of("Network")["network"].inputs
    assert network["ipamConfigs"] == [{"subnet": "192.168.233.0/24", "gateway": "192.168.233.2"}]


def test_container_machine_shows_the_host_key_that_is_expected_of_it() -> None:
    ran = run("demo")
    uploads = {each["file"]: each for each in ran.of("Container")["client1-container"].inputs["uploads"]}
    key = uploads["/var/lib/boot2docker/ssh/ssh_host_ed25519_key"]
    assert key["content"] == "<client1-host-key privateKeyOpenssh>"
    assert key["permissions"] == "0600"
    machine = ran.of("registry:Machine")["client1"].inputs
    assert machine["pinned_host_key"] == "<client1-host-key publicKeyOpenssh>"
    assert machine["ssh_key"] == "<client1-user-key privateKeyOpenssh>"
    assert machine["instance"] == "<client1-container id>"
    assert (machine["driver"], machine["owner"]) == ("generic", "registry-stack-demo")
    assert machine["options"] == {"generic-ip-address": "192.168.233.11", "generic-ssh-user": "docker"}


GENERIC = {"driver": "generic", "options": {"generic-ip-address": "192.168.233.50", "generic-ssh-key": __file__}}


@pytest.mark.parametrize(
    ("machine", "outlives", "keeps_data", "borrows"),
    [
        ({"driver": "virtualbox"}, False, False, False),
        ({"driver": "virtualbox", "onDestroy": "keep"}, True, True, False),
        ({"adopt": True}, True, True, False),
        ({"adopt": True, "onDestroy": "remove"}, True, False, True),
        (GENERIC, True, False, True),
        ({**GENERIC, "onDestroy": "keep"}, True, True, False),
    ],
)
def test_what_destroy_takes_away_from_a_host_that_outlives_the_stack(
    machine: dict[str, Any], outlives: bool, keeps_data: bool, borrows: bool
) -> None:
    ran = run("hyperv", machine=machine, clients=[])
    host = ran.of("RegistryHost")["registry-host"]
    assert (host.inputs["outlives"], host.inputs["keeps_data"]) == (outlives, keeps_data)
    assert bool(host.request.deletedWith) is not outlives
    borrowed = ran.of("BorrowedAddress")
    assert len(borrowed) == borrows
    for each in borrowed.values():
        assert not each.request.deletedWith
        assert (each.inputs["address"], each.inputs["login"]["host"]) == ("192.168.233.3", "<registry0 address>")
        assert each.urn in host.request.dependencies, "the registry goes before the address does"


def test_the_engine_is_waited_for_before_anything_about_the_container_changes() -> None:
    ran = run("hyperv", registry={"address": "192.168.233.3", "port": 5000})
    host, container = ran.of("RegistryHost")["registry-host"], ran.of("Container")["registry-container"]
    starts_with = container.raw["labels"][0]["value"]
    assert host.inputs["contents"] == ["registry:2", "5000", starts_with]
    for each in (container, ran.of("RemoteImage")["registry-image"]):
        assert host.urn in each.request.dependencies


def test_what_a_machine_notes_is_on_its_disk_before_up_ends() -> None:
    flush = run("hyperv").of("Command")["registry-on-disk"]
    script, given = take_apart(flush.inputs["create"], flush.inputs["stdin"])
    assert "sync" in script
    assert given == "<registry-container id> <registry-certificate serves>"
    assert "registry-on-disk" not in run("demo").of("Command"), "a container loses its power with the workstation"
