"""The guide's TLS step: the registry's key, its certificate for every name and address, and the chain."""

from dataclasses import dataclass

import pulumi
import pulumi_tls as tls

from components.certificate_authority import CertificateAuthority
from settings import RegistrySettings
from settings.values import is_address

_YEAR = 365 * 24
_RENEWED_BEFORE = 30 * 24
# The guide's keyUsage, and the extended usage that it lacks. content_commitment was once called nonRepudiation.
_USAGES = ["content_commitment", "digital_signature", "key_encipherment", "server_auth"]


@dataclass(frozen=True)
class ServerCertificateArgs:
    """Whom the certificate is for, and who signs it."""

    registry: RegistrySettings
    authority: CertificateAuthority


class ServerCertificate(pulumi.ComponentResource):
    """The registry's certificate for 365 days, which the `up`s of its last 30 renew. `chain` ends with the certificate
    authority's; PEM texts, `private_key` secret."""

    chain: pulumi.Output[str]
    private_key: pulumi.Output[str]

    def __init__(self, name: str, args: ServerCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:ServerCertificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        dns_names, ip_addresses = subject_alternative_names(args.registry)
        key = tls.PrivateKey(f"{name}-key", algorithm="RSA", rsa_bits=2048, opts=child)
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(common_name=args.registry.host),
            dns_names=dns_names,
            ip_addresses=ip_addresses,
            opts=child,
        )
        certificate = tls.LocallySignedCert(
            f"{name}-certificate",
            cert_request_pem=request.cert_request_pem,
            ca_cert_pem=args.authority.certificate,
            ca_private_key_pem=args.authority.private_key,
            allowed_uses=_USAGES,
            set_subject_key_id=True,
            validity_period_hours=_YEAR,
            early_renewal_hours=_RENEWED_BEFORE,
            opts=child,
        )
        self.chain = pulumi.Output.concat(certificate.cert_pem, args.authority.certificate)
        self.private_key = key.private_key_pem
        self.register_outputs({"chain": self.chain})


def subject_alternative_names(registry: RegistrySettings) -> tuple[list[str], list[str]]:
    """Every name, and every address, by which an engine reaches the registry."""
    others = registry.also_known_as
    names = [registry.host, registry.name, *(other for other in others if not is_address(other))]
    return names, [str(registry.address), *filter(is_address, others)]
