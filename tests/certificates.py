"""Certificates for servers on loopback, made in memory and valid for an hour."""

import datetime
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_HOUR = datetime.timedelta(hours=1)
_UNUSED = dict.fromkeys(
    (
        "content_commitment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, both as PEM text."""

    certificate: str
    key: str

    def write(self, folder: Path, name: str) -> Self:
        """Writes `<name>.pem` and `<name's>key.pem` the way docker-machine calls them: cert.pem goes with key.pem."""
        (folder / f"{name}.pem").write_text(self.certificate)
        (folder / ("key.pem" if name == "cert" else f"{name}-key.pem")).write_text(self.key)
        return self


@dataclass
class Authority:
    """A certificate authority of a test's own."""

    name: str = "test authority"
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        builder = _builder(self.name, self.name, self._key.public_key(), self._key, _HOUR)
        usage = x509.KeyUsage(digital_signature=True, key_encipherment=False, **{**_UNUSED, "key_cert_sign": True})
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = _pem(builder.add_extension(usage, critical=True).sign(self._key, SHA256()))

    def issue(self, *names: str, client: bool = False, lasts: datetime.timedelta = _HOUR) -> Issued:
        """A certificate for DNS names and addresses; of the past, if it `lasts` a negative time."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(digital_signature=True, key_encipherment=False, **_UNUSED)
        extended = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (
            _builder(names[0], self.name, key.public_key(), self._key, lasts)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([extended]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        )
        return Issued(_pem(builder.sign(self._key, SHA256())), _key_pem(key))

    def engine_folder(self, folder: Path) -> Path:
        """A folder as docker-machine keeps for a machine: ca.pem, and cert.pem and key.pem of the client."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.pem").write_text(self.certificate)
        self.issue("client", client=True).write(folder, "cert")
        return folder


def server_context(folder: Path, issued: Issued, *, clients_of: Authority | None = None) -> ssl.SSLContext:
    """What a TLS server needs; with `clients_of`, clients have to show a certificate of that authority."""
    issued.write(folder, "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
    if clients_of is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients_of.certificate)
    return context


def _builder(
    subject: str,
    issuer: str,
    public: ec.EllipticCurvePublicKey,
    signing: ec.EllipticCurvePrivateKey,
    lasts: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _HOUR)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
