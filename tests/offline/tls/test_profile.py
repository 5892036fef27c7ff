"""The registry's certificate beside the guide's: the same request signed by openssl with the guide's configuration."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tests.authorities import usage
from tests.offline.pki import START, Pki

GUIDE = """\
[req]
req_extensions = v3_req
distinguished_name = req_distinguished_name
[req_distinguished_name]
[ v3_req ]
basicConstraints = CA:FALSE
keyUsage = nonRepudiation, digitalSignature, keyEncipherment
subjectAltName = @alt_names
[alt_names]
DNS.1 = registry0.localdomain
DNS.2 = registry0
IP.1 = 192.168.233.3
IP.2 = 192.168.150.104
"""
KEY_IDENTIFIERS = {"subjectKeyIdentifier", "authorityKeyIdentifier"}
KEYS = ["rsa-2048", "ecdsa-p256", "rsa-4096"]


@pytest.fixture(scope="module")
def pki() -> Pki:
    made = Pki.fresh()
    made.up()
    return made


@pytest.fixture(scope="module", params=KEYS)
def of_each_key(request: pytest.FixtureRequest) -> tuple[str, Pki]:
    made = Pki.fresh()
    made.up(certificates={"key": request.param, "authorities": [{"key": request.param}]})
    return request.param, made


@pytest.fixture
def by_the_guide(pki: Pki, tmp_path: Path) -> x509.Certificate:
    """The same request, signed by the same authority as in the guide."""
    files = {
        "openssl.cnf": GUIDE,
        "registry.csr": pki.pem("certificate-request", "certRequestPem"),
        "ca.pem": pki.pem("authority-certificate", "certPem"),
        "ca-key.pem": pki.pem("authority-key", "privateKeyPem"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = (
        "openssl x509 -req -in registry.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out registry.pem -days 365 "
        "-extensions v3_req -extfile openssl.cnf"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    return x509.load_pem_x509_certificate((tmp_path / "registry.pem").read_bytes())


def seen(certificate: x509.Certificate) -> dict[str, Any]:
    """Every field of a certificate that a client sees, but for those that no two certificates share."""
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    extensions = {each.oid._name: (each.value, each.critical) for each in certificate.extensions}
    return {
        "version": certificate.version,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "key": certificate.public_key(),
        "life": life,
        "signature": certificate.signature_algorithm_oid._name,
        **extensions,
    }


def test_it_differs_from_the_guides_in_what_was_chosen_alone(pki: Pki, by_the_guide: x509.Certificate) -> None:
    ours, theirs = seen(pki.certificate()), seen(by_the_guide)
    differing = {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}
    # openssl 3.2 and later add key identifiers by themselves
    assert differing - KEY_IDENTIFIERS == {"basicConstraints", "keyUsage", "extendedKeyUsage"}
    assert "extendedKeyUsage" not in theirs
    for name in ("basicConstraints", "keyUsage"):
        assert ours[name] == (theirs[name][0], True), "what it says is the same: it has to be understood, too"
    assert ours.keys() >= KEY_IDENTIFIERS


def test_the_registrys_certificate(of_each_key: tuple[str, Pki]) -> None:
    kind, pki = of_each_key
    made, authority = pki.certificate(), pki.certificate("authority-certificate")
    made.verify_directly_issued_by(authority)
    assert made.public_key() == pki.key().public_key()
    found = {each.oid: (each.value, each.critical) for each in made.extensions}
    uses = ["digital_signature", "content_commitment", *(["key_encipherment"] if kind.startswith("rsa") else [])]
    names = found.pop(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)[0]
    assert names.get_values_for_type(x509.DNSName) == ["registry0.localdomain", "registry0"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["192.168.233.3", "192.168.150.104"]
    issuer = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert found == {
        ExtensionOID.BASIC_CONSTRAINTS: (x509.BasicConstraints(False, None), True),
        ExtensionOID.KEY_USAGE: (usage(*uses), True),
        ExtensionOID.EXTENDED_KEY_USAGE: (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        ExtensionOID.SUBJECT_KEY_IDENTIFIER: (x509.SubjectKeyIdentifier.from_public_key(made.public_key()), False),
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER: (
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer),
            False,
        ),
    }
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (START, START + timedelta(days=365))
    assert made.serial_number.bit_length() > 64


def test_the_authoritys_certificate(of_each_key: tuple[str, Pki]) -> None:
    _, pki = of_each_key
    made = pki.certificate("authority-certificate")
    made.verify_directly_issued_by(made)
    assert made.public_key() == pki.key("authority-key").public_key()
    assert {each.oid: (each.value, each.critical) for each in made.extensions} == {
        # pulumi-tls can't say 0, which would forbid authorities below this one
        ExtensionOID.BASIC_CONSTRAINTS: (x509.BasicConstraints(True, None), True),
        ExtensionOID.KEY_USAGE: (usage("key_cert_sign", "crl_sign"), True),
        ExtensionOID.SUBJECT_KEY_IDENTIFIER: (x509.SubjectKeyIdentifier.from_public_key(made.public_key()), False),
    }
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (START, START + timedelta(days=3650))


def test_keys_and_signatures(of_each_key: tuple[str, Pki]) -> None:
    kind, pki = of_each_key
    for name in ("certificate-key", "authority-key"):
        key = pki.key(name)
        described = f"rsa-{key.key_size}" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa-p256"
        assert described == kind
        assert not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name == "secp256r1"
    for name in ("certificate-certificate", "authority-certificate"):
        algorithm = pki.certificate(name).signature_hash_algorithm
        assert algorithm is not None
        assert algorithm.name == "sha256"


def test_another_name_or_address_makes_another_certificate_with_the_same_key() -> None:
    pki = Pki.fresh()
    registry = {"name": "registry0", "domain": "localdomain", "address": "192.168.233.3"}
    assert len(pki.up(registry={**registry, "alsoKnownAs": ["192.168.150.104"]})) == 5
    key, authority = pki.key().public_key(), pki.certificate("authority-certificate")
    for others in (["192.168.150.104", "registry.example"], ["registry.example"], []):
        assert pki.up(registry={**registry, "alsoKnownAs": others}) == {
            "certificate-request",
            "certificate-certificate",
        }
        names = pki.certificate().extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
        assert sorted(found) == sorted(["registry0.localdomain", "registry0", "192.168.233.3", *others])
        assert pki.certificate().public_key() == key
        pki.certificate().verify_directly_issued_by(authority)
    assert pki.up(registry={**registry, "alsoKnownAs": []}) == set()
