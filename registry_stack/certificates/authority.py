"""A certificate authority that was not made by the stack: what makes it unfit to sign the registry's certificate.

Source: RFC 5280, and what Go's crypto/x509 and crypto/tls, which engines verify with, refuse beyond that. Not
cryptography's own verifier: each fault gets a message of its own here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from registry_stack.certificates.dates import moment
from registry_stack.common.lazy import ec, ed25519, exceptions, rsa, serialization, x509

_RSA_BITS = range(2048, 8193)  # Go's TLS accepts no longer ones
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_KEYS = "a key that every engine supports (RSA of 2048 to 8192 bits, ECDSA P-256, P-384 or P-521, Ed25519)"
_PrivateKey: TypeAlias = "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey"
_HASHES = ("sha256", "sha384", "sha512")


class Flaw(ValueError):  # noqa: N818  # callers turn it into an error of their own
    """The text given as `key` (`certificate`, `private_key` or `passphrase`) should be `expected` instead."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"{key} should be {expected}")
        self.key = key
        self.expected = expected


@dataclass(frozen=True)
class Authority:
    """A fit authority, as PEM texts: the bundle from the signer to the root, and the root alone, which clients trust.

    The key is not encrypted, and in a form that pulumi-tls signs with. `ends` is when the first of the bundle ends.
    """

    bundle: str
    anchor: str
    private_key: str = field(repr=False)
    ends: datetime


def read_authority(certificate: str, private_key: str, passphrase: str | None, now: datetime) -> Authority:
    """Reads an authority's PEM texts. Raises Flaw, whose text has no secret, if it is unfit now."""
    bundle = _bundle(certificate)
    for each in bundle:
        _check_certificate(each, now)
    _check_order(bundle)
    key = _key(private_key, passphrase)
    if key.public_key() != bundle[0].public_key():
        raise Flaw("private_key", f"the private key of the certificate {_name(bundle[0])}: it belongs to another")
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    texts = [each.public_bytes(pem).decode() for each in bundle]
    return Authority("".join(texts), texts[-1], plain, min(each.not_valid_after_utc for each in bundle))


def _bundle(text: str) -> "list[x509.Certificate]":
    if "PRIVATE KEY-----" in text:
        raise Flaw("certificate", "certificates only: it has a private key in it")
    try:
        bundle = x509.load_pem_x509_certificates(text.encode())
        for each in bundle:  # what is broken in these is an error when they are first asked for
            _ = each.extensions, each.public_key_algorithm_oid, each.subject, each.issuer
    except (ValueError, x509.DuplicateExtension):
        raise Flaw("certificate", "one or more certificates as PEM text, the signer's first") from None
    return bundle


def _check_certificate(certificate: "x509.Certificate", now: datetime) -> None:
    name = _name(certificate)
    if certificate.not_valid_before_utc > now:
        raise Flaw("certificate", f"valid now: {name} is valid from {moment(certificate.not_valid_before_utc)}")
    if certificate.not_valid_after_utc <= now:
        raise Flaw("certificate", f"valid now: {name} ended on {moment(certificate.not_valid_after_utc)}")
    if unfit := _unfit_key(certificate):
        raise Flaw("certificate", f"a certificate with {_KEYS}: {name} has {unfit}")
    if (algorithm := _hash(certificate)) not in _HASHES:
        raise Flaw("certificate", f"signed with SHA-256 or better: {name} is signed with {algorithm}")
    _check_uses(certificate, name)


def _unfit_key(certificate: "x509.Certificate") -> str | None:
    try:
        key = certificate.public_key()
    except (ValueError, exceptions.UnsupportedAlgorithm):
        return "a key of another kind"
    # Go does not know the other kind of RSA, for RSASSA-PSS alone
    rsa_of_go = x509.oid.PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5
    match key:
        case rsa.RSAPublicKey() if certificate.public_key_algorithm_oid == rsa_of_go:
            return None if key.key_size in _RSA_BITS else f"RSA of {key.key_size} bits"
        case ec.EllipticCurvePublicKey():
            return None if key.curve.name in _CURVES else f"ECDSA {key.curve.name}"
        case ed25519.Ed25519PublicKey():
            return None
    return "a key of another kind"


def _hash(certificate: "x509.Certificate") -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except exceptions.UnsupportedAlgorithm:
        return "an unknown algorithm"
    return algorithm.name if algorithm else "sha512"  # Ed25519 has it built in


def _check_uses(certificate: "x509.Certificate", name: str) -> None:
    found = {type(each.value): each.value for each in certificate.extensions}
    basic, usage = found.get(x509.BasicConstraints), found.get(x509.KeyUsage)
    if not (isinstance(basic, x509.BasicConstraints) and basic.ca):
        raise Flaw("certificate", f"a CA certificate: {name} has no CA flag (basicConstraints)")
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        raise Flaw("certificate", f"a certificate that may sign others: {name} may not (keyUsage)")
    extended = found.get(x509.ExtendedKeyUsage)
    purposes = x509.oid.ExtendedKeyUsageOID
    servers = {purposes.SERVER_AUTH, purposes.ANY_EXTENDED_KEY_USAGE}
    if isinstance(extended, x509.ExtendedKeyUsage) and not servers.intersection(extended):
        raise Flaw("certificate", f"a certificate that may sign those of servers: {name} may not (extendedKeyUsage)")
    for each in certificate.extensions:
        if each.critical and isinstance(each.value, x509.UnrecognizedExtension):
            raise Flaw("certificate", f"without unknown critical extensions: {name} has {each.oid.dotted_string}")


def _check_order(bundle: "Sequence[x509.Certificate]") -> None:
    for below, above in pairwise(bundle):
        if _signed(below, below):
            raise Flaw("certificate", f"a bundle that ends with the root: after the root {_name(below)} more follow")
        if not _signed(below, above):
            raise Flaw(
                "certificate",
                f"a bundle in which each is signed by the next: {_name(below)} is not signed by {_name(above)}",
            )
    if not _signed(bundle[-1], bundle[-1]):
        issuer = bundle[-1].issuer.rfc4514_string()
        raise Flaw("certificate", f"a bundle up to the root: {_name(bundle[-1])} is signed by {issuer}")
    for count, each in enumerate(bundle):
        allowed = each.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        if allowed is not None and allowed < count:
            expected = f"a bundle with at most {allowed} authorities below {_name(each)}: it has {count}"
            raise Flaw("certificate", expected)


def _signed(certificate: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, exceptions.InvalidSignature, exceptions.UnsupportedAlgorithm):
        return False
    return True


def _key(text: str, passphrase: str | None) -> _PrivateKey:
    encrypted = "ENCRYPTED" in text
    if encrypted and not passphrase:
        raise Flaw("passphrase", "the passphrase of privateKey, which is encrypted")
    if passphrase is not None and not encrypted:
        raise Flaw("passphrase", "left out, because privateKey is not encrypted")
    try:
        key = serialization.load_pem_private_key(text.encode(), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, exceptions.UnsupportedAlgorithm) as error:
        if "Incorrect password" in str(error):
            raise Flaw("passphrase", "the passphrase of privateKey: it does not decrypt it") from None
        raise Flaw("private_key", "a private key as PEM text: PKCS #8, RSA or EC, encrypted or not") from None
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise Flaw("private_key", _KEYS)


def _name(certificate: "x509.Certificate") -> str:
    return certificate.subject.rfc4514_string() or "one without a subject"
