"""Certificates and certificate requests, with the contents that the official plugin gives them."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from offline.kit.resource import PluginError
from offline.kit.values import Properties
from offline.tls import names
from offline.tls.keys import PrivateKey, PublicKey

_Hash: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
_HASHES: dict[str, _Hash] = {"secp384r1": hashes.SHA384(), "secp521r1": hashes.SHA512()}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for."""

    name: x509.Name
    key: PublicKey
    alternative_names: x509.SubjectAlternativeName | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: the key, and the certificate unless the subject signs itself."""

    key: PrivateKey
    certificate: x509.Certificate | None = None


def request(inputs: Properties, key: PrivateKey) -> tuple[str, str]:
    """The id (SHA-1) and PEM text of a certificate request."""
    builder = x509.CertificateSigningRequestBuilder(names.subject(inputs.get("subject")))
    alternatives = names.alternative_names(inputs)
    if alternatives:
        builder = builder.add_extension(alternatives, critical=False)
    csr = builder.sign(key, _hash(key))
    der = csr.public_bytes(serialization.Encoding.DER)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest(), csr.public_bytes(serialization.Encoding.PEM).decode()


def load_request(pem: str) -> Subject:
    """The subject of a certificate request's PEM text."""
    try:
        csr = x509.load_pem_x509_csr(pem.encode())
        key = csr.public_key()
    except ValueError:
        raise PluginError("certRequestPem is not a certificate request in PEM format") from None
    try:
        alternatives = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        alternatives = None
    if not isinstance(key, PublicKey):
        raise PluginError("certRequestPem holds a key that is not RSA, ECDSA or ED25519")
    return Subject(csr.subject, key, alternatives)


def load_certificate(pem: str) -> x509.Certificate:
    """The certificate of an authority's PEM text."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise PluginError("caCertPem is not a certificate in PEM format") from None


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate says that it may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def sign(inputs: Properties, subject: Subject, issuer: Issuer, now: datetime) -> tuple[str, Properties]:
    """The id (serial number) of a new certificate, and certPem with its validity times."""
    end = now + timedelta(hours=inputs["validityPeriodHours"])
    serial = secrets.randbelow(2**128 - 1) + 1
    builder = x509.CertificateBuilder(
        issuer_name=issuer.certificate.subject if issuer.certificate else subject.name,
        subject_name=subject.name,
        public_key=subject.key,
        serial_number=serial,
        not_valid_before=now,
        not_valid_after=end,
    )
    for extension, critical in _extensions(inputs, subject, issuer):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(issuer.key, _hash(issuer.key))
    return str(serial), {
        "certPem": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "validityStartTime": rfc3339(now),
        "validityEndTime": rfc3339(end),
    }


def _extensions(inputs: Properties, subject: Subject, issuer: Issuer) -> list[tuple[x509.ExtensionType, bool]]:
    uses = inputs["allowedUses"]
    own_id = _own_key_id(inputs, subject)
    candidates: list[tuple[x509.ExtensionType | None, bool]] = [
        (names.key_usage(uses), True),
        (names.extended_key_usage(uses), False),
        (_basic_constraints(inputs, subject), True),
        (own_id, False),
        (_authority_key_id(inputs, own_id, issuer, subject), False),
        # RFC 5280: critical when the subject is empty.
        (subject.alternative_names, not subject.name.rdns),
    ]
    return [(extension, critical) for extension, critical in candidates if extension is not None]


def _basic_constraints(inputs: Properties, subject: Subject) -> x509.BasicConstraints:
    authority = bool(inputs.get("isCaCertificate"))
    length = inputs.get("maxPathLength")
    if authority and not subject.name.rdns:
        raise PluginError("a certificate authority needs a subject with at least one distinguished name")
    if not authority and length is not None and length > 0:
        raise PluginError("maxPathLength is for certificate authorities only")
    # The official plugin leaves a length of 0 out as well.
    return x509.BasicConstraints(ca=authority, path_length=length if length is not None and length > 0 else None)


def _own_key_id(inputs: Properties, subject: Subject) -> x509.SubjectKeyIdentifier | None:
    if not (inputs.get("isCaCertificate") or inputs.get("setSubjectKeyId")):
        return None
    if isinstance(subject.key, ed25519.Ed25519PublicKey):
        # The official plugin hashes the key inside a DER octet string.
        content = b"\x04\x20" + subject.key.public_bytes_raw()
        return x509.SubjectKeyIdentifier(hashlib.sha1(content, usedforsecurity=False).digest())
    return x509.SubjectKeyIdentifier.from_public_key(subject.key)


def _authority_key_id(
    inputs: Properties, own_id: x509.SubjectKeyIdentifier | None, issuer: Issuer, subject: Subject
) -> x509.AuthorityKeyIdentifier | None:
    if issuer.certificate is None:
        if not inputs.get("setAuthorityKeyId"):
            return None
        if own_id is None:
            raise PluginError("setAuthorityKeyId needs setSubjectKeyId or isCaCertificate")
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id)
    if issuer.certificate.subject == subject.name:
        return None
    try:
        found = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)


def _hash(key: PrivateKey) -> _Hash | None:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    return (
        _HASHES.get(key.curve.name, hashes.SHA256()) if isinstance(key, ec.EllipticCurvePrivateKey) else hashes.SHA256()
    )


def rfc3339(time: datetime) -> str:
    """The moment as the official plugin writes it, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
