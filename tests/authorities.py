"""Certificate authorities of every kind, fit and unfit, made in memory; all are valid around one moment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NOW = datetime(2027, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
_MAKERS: dict[str, Callable[[], PrivateKey]] = {
    "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505  # weak on purpose
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "dsa": lambda: dsa.generate_private_key(1024),  # noqa: S505  # weak on purpose
    "p224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@cache
def key(kind: str) -> PrivateKey:
    """A key by kind; of ECDSA P-256 under every other name."""
    return _MAKERS.get(kind, lambda: ec.generate_private_key(ec.SECP256R1()))()


@dataclass(frozen=True)
class Made:
    """An authority's certificate as a test wants it. `issuer` None: it signs itself; `identified`: with key
    identifiers."""

    name: str = "root"
    kind: str = "p256"
    issuer: "Made | None" = None
    begins: datetime = NOW - DAY
    ends: datetime = NOW + 1000 * DAY
    authority: bool | None = True
    path_length: int | None = None
    usages: tuple[str, ...] | None = ("key_cert_sign", "crl_sign")
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    algorithm: type[hashes.HashAlgorithm] = hashes.SHA256
    identified: bool = True

    def but(self, **changes: Any) -> "Made":
        """The same with other properties."""
        return replace(self, **changes)

    @property
    def key(self) -> PrivateKey:
        """Its own key, which authorities of the same kind and name share."""
        return key(self.kind if self.kind in _MAKERS else self.name)

    @property
    def pem(self) -> str:
        """Its certificate alone."""
        return certificate(self).public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """Its key, not encrypted."""
        return key_pem(self.key)


@cache
def certificate(made: Made) -> x509.Certificate:
    """The certificate, signed by its issuer."""
    issuer = made.issuer or made
    public: Any = made.key.public_key()
    builder = x509.CertificateBuilder(
        subject_name=_named(made.name),
        issuer_name=_named(issuer.name),
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=made.begins,
        not_valid_after=made.ends,
    )
    extensions = [*made.more]
    signing: Any = issuer.key
    if made.identified:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
        extensions += [(x509.SubjectKeyIdentifier.from_public_key(public), False), (identifier, False)]
    if made.authority is not None:
        extensions.append((x509.BasicConstraints(made.authority, made.path_length), True))
    if made.usages is not None:
        extensions.append((usage(*made.usages), True))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    algorithm: Any = None if issuer.kind == "ed25519" else made.algorithm()
    return builder.sign(signing, algorithm)


def usage(*names: str) -> x509.KeyUsage:
    """A key usage with these bits alone."""
    bits = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every = (*bits, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{each: each in names for each in every})


def key_pem(private: PrivateKey, form: PrivateFormat = PrivateFormat.PKCS8, passphrase: str | None = None) -> str:
    """A key as PEM text, encrypted if there is a passphrase."""
    secured: KeySerializationEncryption = NoEncryption()
    if passphrase is not None:
        secured = BestAvailableEncryption(passphrase.encode())
    return private.private_bytes(Encoding.PEM, form, secured).decode()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


LASTING: dict[str, Any] = {"begins": datetime(2020, 1, 1, tzinfo=UTC), "ends": datetime(2120, 1, 1, tzinfo=UTC)}
"""The life of what has to be valid by the workstation's clock."""
ROOT_TEXTS = (Made(**LASTING).pem, Made(**LASTING).key_pem)
"""The certificate and the key of such an authority."""
