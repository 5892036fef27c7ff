"""The certificates' part of the program: authorities of every source, keys of every kind, a rotation."""

from typing import Any

import pytest

from components import configuration
from components import outputs as stack_outputs
from tests.authorities import LASTING, ROOT_TEXTS, Made
from tests.unit.components.program_mocks import STORAGE, VALID_UNTIL, Run, certificate_of, run
from tests.unit.components.values import is_secret, opened_up

OLD, NEW = certificate_of("authority-certificate"), certificate_of("next-certificate")
CERTIFICATE, KEY = ROOT_TEXTS
PROVIDED = {"name": "ours", "source": "provided", "certificate": CERTIFICATE, "privateKey": KEY}


def certified(*authorities: dict[str, Any], **more: Any) -> Run:
    # without clients, whose trust test_clients.py is about
    return run("hyperv", clients=[], certificates={"authorities": [*authorities], **more} if authorities else more)


def signer(ran: Run) -> str:
    inputs = ran.of("LocallySignedCert")["certificate-certificate"].inputs
    chain = ran.of("ServedCertificate")["registry-certificate"].inputs["chain"]
    assert chain == f"<certificate-certificate certPem>{inputs['caCertPem']}"
    return str(inputs["caCertPem"])


def trusted(ran: Run) -> str:
    check = str(ran.of("RegistryCheck")["check"].inputs["ca_certificate"])
    assert check == ran.outputs["caCertificate"]
    return check


@pytest.mark.parametrize(
    ("names", "signs", "trusts"),
    [
        (["authority"], OLD, OLD),
        (["authority", "next"], OLD, OLD + NEW),
        (["next", "authority"], NEW, NEW + OLD),
        (["next"], NEW, NEW),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, list) else "",
)
def test_rotation(names: list[str], signs: str, trusts: str) -> None:
    ran = certified(*({"name": name} for name in names))
    assert signer(ran) == signs
    assert trusted(ran) == trusts
    assert ran.of("SelfSignedCert").keys() == {f"{name}-certificate" for name in names}
    assert opened_up(ran.outputs)["certificates"]["authorities"].keys() == {*names}


def test_the_place_in_the_list_is_no_part_of_what_an_authority_is() -> None:
    first, last = (certified(*({"name": name} for name in names)) for names in (("a", "b"), ("b", "a")))
    for kind in ("SelfSignedCert", "PrivateKey", "CertificateAuthority"):
        assert {each.urn: each.raw for each in first.of(kind).values()} == {
            each.urn: each.raw for each in last.of(kind).values()
        }


def test_two_authorities_of_a_stack_have_subjects_of_their_own() -> None:
    made = certified({}, {"name": "next"}).of("SelfSignedCert")
    assert {name: each.inputs["subject"]["commonName"] for name, each in made.items()} == {
        "authority-certificate": "registry0.localdomain certificate authority",
        "next-certificate": "registry0.localdomain certificate authority next",
    }


@pytest.mark.parametrize("label", ["a" * 63, "b" * 43])
def test_names_that_are_too_long_for_a_subject(label: str) -> None:
    ran = run(
        "hyperv", clients=[], registry={"name": label, "domain": "example.localdomain", "address": "192.168.233.3"}
    )
    subjects = [ran.of(kind) for kind in ("SelfSignedCert", "CertRequest")]
    names = [each.inputs["subject"]["commonName"] for made in subjects for each in made.values()]
    assert names == ["authority", label if len(label) == 63 else f"{label}.example.localdomain"]
    assert f"{label}.example.localdomain" in ran.of("CertRequest")["certificate-request"].inputs["dnsNames"]


KINDS = [
    ("rsa-2048", {"algorithm": "RSA", "rsaBits": 2048}),
    ("rsa-4096", {"algorithm": "RSA", "rsaBits": 4096}),
    ("ecdsa-p256", {"algorithm": "ECDSA", "ecdsaCurve": "P256"}),
]


@pytest.mark.parametrize(("kind", "inputs"), KINDS)
def test_keys(kind: str, inputs: dict[str, Any]) -> None:
    keys = certified({"key": kind}).of("PrivateKey")
    assert keys["authority-key"].inputs == inputs
    assert keys["certificate-key"].inputs == KINDS[0][1]
    ran = certified(key=kind)
    assert ran.of("PrivateKey")["certificate-key"].inputs == inputs
    assert ran.of("PrivateKey")["authority-key"].inputs == KINDS[0][1]
    uses = ran.of("LocallySignedCert")["certificate-certificate"].inputs["allowedUses"]
    assert ("key_encipherment" in uses) == kind.startswith("rsa")
    assert {"content_commitment", "digital_signature", "server_auth"} <= set(uses)


def test_durations() -> None:
    ran = certified(validFor="36h", renewBefore="12h")
    inputs = ran.of("LocallySignedCert")["certificate-certificate"].inputs
    assert (inputs["validityPeriodHours"], inputs["earlyRenewalHours"]) == (36, 12)
    dates = opened_up(ran.outputs)["certificates"]
    assert (dates["ends"], dates["renewedFrom"]) == ("2121-01-31T12:00:00Z", "2121-01-31T00:00:00Z")


def test_an_authority_that_was_provided() -> None:
    ran = certified(PROVIDED)
    assert ran.of("SelfSignedCert") == {}
    assert "ours-key" not in ran.of("PrivateKey")
    assert signer(ran) == trusted(ran) == CERTIFICATE
    signed = ran.of("LocallySignedCert")["certificate-certificate"]
    assert signed.inputs["caPrivateKeyPem"] == KEY
    assert is_secret(signed.raw["caPrivateKeyPem"])
    assert opened_up(ran.outputs)["certificates"]["authorities"] == {"ours": "2120-01-01T00:00:00Z"}


@pytest.mark.parametrize("secret", [True, False])
def test_a_private_key_that_is_no_secret_is_warned_of(monkeypatch: pytest.MonkeyPatch, secret: bool) -> None:
    said: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda line, *_: said.append(line))
    monkeypatch.setattr(configuration, "is_config_secret", lambda _: secret)
    certified({**PROVIDED, "name": f"secret-{secret}".lower()})
    warned = "registry-stack:certificates: the private key of secret-false is not a secret in the stack file: "
    assert said == ([] if secret else [f"{warned}`pulumi config set --secret --path`: see docs/certificates.md"])
    assert KEY not in str(said)


@pytest.mark.parametrize("others", [[], [{"name": "next"}]], ids=["alone", "with another"])
def test_the_authority_of_docker_machine(others: list[dict[str, Any]]) -> None:
    ran = certified({"name": "old", "source": "docker-machine"}, *others)
    stored = ran.of("StoredAuthority")["old-stored"]
    assert {key: stored.inputs[key] for key in ("storage", "alone")} == {"storage": STORAGE, "alone": not others}
    assert ran.of("registry:Machine")["registry0"].urn in stored.request.dependencies
    assert "private_key" in stored.request.additionalSecretOutputs
    assert signer(ran) == certificate_of("old-stored")
    assert trusted(ran).startswith(certificate_of("old-stored"))
    assert is_secret(ran.of("LocallySignedCert")["certificate-certificate"].raw["caPrivateKeyPem"])


def test_of_a_bundle_all_is_served_and_the_root_is_trusted() -> None:
    root = Made(**LASTING)
    middle = Made("middle", issuer=root, **LASTING)
    ran = certified({**PROVIDED, "certificate": middle.pem + root.pem, "privateKey": middle.key_pem})
    assert signer(ran) == middle.pem + root.pem
    assert trusted(ran) == root.pem


def test_an_authority_that_ends_soon_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda line, *_: said.append(line))
    monkeypatch.setattr(stack_outputs, "warnings", lambda ends, before, _now: [f"{ends} {before.days}"])
    certified({"name": "short"}, renewBefore="40d")
    assert said == ["{'short': '2121-01-31T12:00:00Z'} 40"]
    assert VALID_UNTIL.endswith("+01:00"), "the test should see that moments are given in UTC"
