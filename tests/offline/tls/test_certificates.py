"""The tls plugin's certificates and requests, parsed and checked."""

import hashlib
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from offline.kit.values import UNKNOWN, Properties
from offline.tls.plugin import TlsPlugin
from tests.offline.engine import AbortedError, Caller, CheckedError, Made

SUBJECT = {
    "commonName": "registry0.localdomain",
    "organization": "Registry",
    "country": "DE",
    "streetAddresses": ["1", "2"],
}
USES = ["digital_signature", "content_commitment", "key_encipherment", "server_auth"]


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller(TlsPlugin())


@pytest.fixture(scope="module")
def key(caller: Caller) -> str:
    return _text(caller.create("PrivateKey", {"algorithm": "ECDSA", "ecdsaCurve": "P256"}), "privateKeyPem")


@pytest.fixture(scope="module")
def authority(caller: Caller, key: str) -> Made:
    inputs = {"privateKeyPem": key, "subject": {"commonName": "ca"}, "isCaCertificate": True, "maxPathLength": 1}
    uses = ["cert_signing", "crl_signing"]
    return caller.create("SelfSignedCert", {**inputs, "allowedUses": uses, "validityPeriodHours": 48})


def _text(made: Made, name: str) -> str:
    return str(made.state[name])


def _certificate(made: Made) -> x509.Certificate:
    return x509.load_pem_x509_certificate(_text(made, "certPem").encode())


def test_request(caller: Caller, key: str) -> None:
    alternatives = {"dnsNames": ["registry0", "registry0.localdomain"], "ipAddresses": ["192.168.233.3"]}
    made = caller.create("CertRequest", {"privateKeyPem": key, "subject": SUBJECT, **alternatives})
    csr = x509.load_pem_x509_csr(_text(made, "certRequestPem").encode())
    assert csr.is_signature_valid
    assert csr.subject.rfc4514_string() == "CN=registry0.localdomain,STREET=2,STREET=1,O=Registry,C=DE"
    names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == alternatives["dnsNames"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.168.233.3")]
    assert made.state["keyAlgorithm"] == "ECDSA"
    assert made.secrets == {"privateKeyPem"}
    assert made.id == hashlib.sha1(csr.public_bytes(serialization.Encoding.DER), usedforsecurity=False).hexdigest()


def test_authority(authority: Made) -> None:
    certificate = _certificate(authority)
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, 1)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.key_cert_sign, usage.value.crl_sign, usage.value.digital_signature) == (True, True, False)
    assert ExtensionOID.SUBJECT_KEY_IDENTIFIER in {extension.oid for extension in certificate.extensions}
    assert authority.id == str(certificate.serial_number)
    assert authority.secrets == {"privateKeyPem"}
    assert authority.state["readyForRenewal"] is False
    assert authority.state["keyAlgorithm"] == "ECDSA"


def _signed(caller: Caller, authority: Made, **inputs: object) -> Made:
    server = _text(caller.create("PrivateKey", {"algorithm": "RSA"}), "privateKeyPem")
    names = {"dnsNames": ["registry0.localdomain"], "ipAddresses": ["192.168.233.3"], "uris": ["spiffe://registry"]}
    request = caller.create("CertRequest", {"privateKeyPem": server, "subject": SUBJECT, **names})
    given = {
        "caCertPem": _text(authority, "certPem"),
        "caPrivateKeyPem": _text(authority, "privateKeyPem"),
        "certRequestPem": _text(request, "certRequestPem"),
        "allowedUses": USES,
        "validityPeriodHours": 24,
    }
    return caller.create("LocallySignedCert", {**given, **inputs})


def test_locally_signed(caller: Caller, authority: Made) -> None:
    made = _signed(caller, authority)
    certificate = _certificate(made)
    store = Store([_certificate(authority)])
    verifier = PolicyBuilder().store(store).build_server_verifier(x509.DNSName("registry0.localdomain"))
    assert verifier.verify(certificate, []) == [certificate, _certificate(authority)]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_encipherment) == (True, True, True)
    assert (usage.key_cert_sign, usage.data_encipherment) == (False, False)
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert made.secrets == {"caPrivateKeyPem"}
    assert made.state["caKeyAlgorithm"] == "ECDSA"
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).total_seconds() == 24 * 3600


def test_authority_key_id_follows_the_issuer(caller: Caller, authority: Made) -> None:
    issuer = _certificate(authority).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    own = _certificate(_signed(caller, authority)).extensions
    assert own.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == issuer.digest
    with pytest.raises(x509.ExtensionNotFound):
        own.get_extension_for_class(x509.SubjectKeyIdentifier)


def test_key_ids_on_request(caller: Caller, key: str) -> None:
    inputs = {"privateKeyPem": key, "allowedUses": USES, "validityPeriodHours": 1, "subject": SUBJECT}
    plain = _certificate(caller.create("SelfSignedCert", inputs)).extensions
    assert not {e.oid for e in plain} & {ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER}
    wished = {"setSubjectKeyId": True, "setAuthorityKeyId": True}
    ids = _certificate(caller.create("SelfSignedCert", {**inputs, **wished})).extensions
    subject = ids.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert ids.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == subject.digest


def test_alternative_names_are_critical_without_a_subject(caller: Caller, key: str) -> None:
    inputs = {"privateKeyPem": key, "allowedUses": [], "validityPeriodHours": 1, "dnsNames": ["a.b"]}
    certificate = _certificate(caller.create("SelfSignedCert", inputs))
    assert certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME) == []


def test_path_length_0_is_left_out_as_by_the_official_plugin(caller: Caller, key: str) -> None:
    inputs = {"privateKeyPem": key, "allowedUses": [], "validityPeriodHours": 1, "subject": SUBJECT}
    made = caller.create("SelfSignedCert", {**inputs, "isCaCertificate": True, "maxPathLength": 0})
    basic = _certificate(made).extensions.get_extension_for_class(x509.BasicConstraints).value
    assert basic.path_length is None
    assert made.state["maxPathLength"] == 0


def test_a_signer_that_is_no_authority_is_warned_of(caller: Caller, key: str) -> None:
    inputs = {"privateKeyPem": key, "allowedUses": USES, "validityPeriodHours": 1, "subject": SUBJECT}
    _signed(caller, caller.create("SelfSignedCert", inputs))
    assert "no certificate authority" in caller.log.warnings[-1]


@pytest.mark.parametrize(
    ("type_", "inputs", "text"),
    [
        ("CertRequest", {"privateKeyPem": "nonsense"}, "privateKeyPem is not an unencrypted private key in PEM format"),
        ("CertRequest", {"ipAddresses": ["192.168.233"]}, "invalid subject alternative name: '192.168.233' does not"),
        ("CertRequest", {"subject": {"country": "Germany"}}, "subject.country: "),
        ("SelfSignedCert", {"isCaCertificate": True}, "needs a subject"),
        ("SelfSignedCert", {"maxPathLength": 1, "subject": SUBJECT}, "maxPathLength is for certificate authorities"),
        ("SelfSignedCert", {"setAuthorityKeyId": True}, "setAuthorityKeyId needs setSubjectKeyId"),
        ("LocallySignedCert", {"certRequestPem": "nonsense"}, "certRequestPem is not a certificate request"),
        ("LocallySignedCert", {"caCertPem": "nonsense"}, "caCertPem is not a certificate in PEM format"),
    ],
)
def test_failures(caller: Caller, key: str, authority: Made, type_: str, inputs: Properties, text: str) -> None:
    base: dict[str, Properties] = {
        "CertRequest": {"privateKeyPem": key},
        "SelfSignedCert": {"privateKeyPem": key, "allowedUses": [], "validityPeriodHours": 1},
        "LocallySignedCert": {
            "caCertPem": authority.state["certPem"],
            "caPrivateKeyPem": key,
            "certRequestPem": caller.create("CertRequest", {"privateKeyPem": key}).state["certRequestPem"],
            "allowedUses": [],
            "validityPeriodHours": 1,
        },
    }
    with pytest.raises(AbortedError) as caught:
        caller.create(type_, {**base[type_], **inputs})
    assert text in str(caught.value)
    assert key not in str(caught.value)


def test_encrypted_key(caller: Caller) -> None:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    with pytest.raises(AbortedError, match="not an unencrypted private key"):
        caller.create("CertRequest", {"privateKeyPem": pem.decode()})


def test_misspelt_use(caller: Caller, key: str) -> None:
    with pytest.raises(CheckedError) as caught:
        caller.check(
            "SelfSignedCert", {"privateKeyPem": key, "allowedUses": ["nonRepudiation"], "validityPeriodHours": 1}
        )
    assert caught.value.faults["allowedUses[0]"].startswith("must be one of digital_signature, content_commitment")


def test_no_change(caller: Caller, key: str) -> None:
    inputs = {"privateKeyPem": key, "subject": SUBJECT, "dnsNames": ["b", "a"]}
    made = caller.create("CertRequest", inputs)
    assert caller.changes("CertRequest", made, inputs) == {}
    assert caller.changes("CertRequest", made, {**inputs, "dnsNames": ["a", "b"]}) == {"dnsNames": "UPDATE_REPLACE"}
    assert caller.changes("CertRequest", made, {**inputs, "privateKeyPem": UNKNOWN}) == {
        "privateKeyPem": "UPDATE_REPLACE"
    }
