"""The guide's TLS step: the registry's key, its certificate for every name and address, and the chain."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_tls as tls

from components.certificate_authority import LONGEST_COMMON_NAME, CertificateAuthority, private_key
from registry_stack.certificates.dates import earlier
from registry_stack.settings import CertificateSettings, RegistrySettings
from registry_stack.settings.addresses import is_address

_HOUR = timedelta(hours=1)
_WALLS = ("certRequestPem", "caCertPem", "certPem")


@dataclass(frozen=True)
class ServerCertificateArgs:
    """The registry that the certificate is for, what it should be like, and the authority that signs it."""

    registry: RegistrySettings
    settings: CertificateSettings
    authority: CertificateAuthority


class ServerCertificate(pulumi.ComponentResource):
    """The registry's certificate. `chain` has it and the authority's certificates up to the root. PEM texts;
    `private_key` is secret.

    It is valid until `ends`; every `up` from `renewed_from` on renews it (ISO 8601).
    """

    chain: pulumi.Output[str]
    private_key: pulumi.Output[str]
    ends: pulumi.Output[str]
    renewed_from: pulumi.Output[str]

    def __init__(self, name: str, args: ServerCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:ServerCertificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings, host = args.settings, args.registry.host
        dns_names, ip_addresses = subject_alternative_names(args.registry)
        key = private_key(f"{name}-key", settings.key, child)
        # clients check the alternative names; this one is for people
        common_name = host if len(host) <= LONGEST_COMMON_NAME else args.registry.name
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(common_name=common_name),
            dns_names=dns_names,
            ip_addresses=ip_addresses,
            opts=child,
        )
        certificate = tls.LocallySignedCert(
            f"{name}-certificate",
            cert_request_pem=request.cert_request_pem,
            ca_cert_pem=args.authority.certificate,
            ca_private_key_pem=args.authority.private_key,
            allowed_uses=_usages(settings),
            set_subject_key_id=True,
            validity_period_hours=settings.valid_for // _HOUR,
            early_renewal_hours=settings.renew_before // _HOUR,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(hide_diffs=list(_WALLS))),
        )
        self.chain = pulumi.Output.concat(certificate.cert_pem, args.authority.certificate)
        self.private_key = key.private_key_pem
        self.ends = certificate.validity_end_time.apply(earlier)
        self.renewed_from = self.ends.apply(lambda ends: earlier(ends, settings.renew_before))
        self.register_outputs({"chain": self.chain})


def subject_alternative_names(registry: RegistrySettings) -> tuple[list[str], list[str]]:
    """Every name, and every address, by which an engine reaches the registry."""
    every = dict.fromkeys([registry.host, registry.name, str(registry.address), *registry.also_known_as])
    return [each for each in every if not is_address(each)], [each for each in every if is_address(each)]


def _usages(settings: CertificateSettings) -> list[str]:
    """The guide's keyUsage, and the extended usage that it lacks. content_commitment used to be called nonRepudiation;
    only RSA can encipher keys."""
    enciphers = ["key_encipherment"] if settings.key.startswith("rsa-") else []
    return ["content_commitment", "digital_signature", *enciphers, "server_auth"]
