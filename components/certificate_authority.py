"""Certificate authorities: each signs the registry's certificate and, unless you provide your own, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi
import pulumi_tls as tls

from components.naming import child_of
from providers.authority import StoredAuthority, StoredAuthorityArgs
from providers.machine import Machine
from registry_stack.certificates.dates import earlier, moment
from registry_stack.settings import AuthoritySettings, KeyKind, Settings

_TEN_YEARS = 10 * 365 * 24
_FIRST = "authority"
LONGEST_COMMON_NAME = 64
"""Source: RFC 5280, ub-common-name."""


@dataclass(frozen=True)
class AuthorityArgs:
    """An authority's settings, and the registry's name; docker-machine's storage folder, and one of its machines.
    `alone`: it is the stack's only authority."""

    settings: AuthoritySettings

    registry: str
    storage: str
    machine: Machine
    alone: bool


@dataclass(frozen=True)
class _Source:
    """An authority's PEM texts, of which the key is secret, and when it ends."""

    certificate: pulumi.Output[str]
    anchor: pulumi.Output[str]
    private_key: pulumi.Output[str]
    ends: pulumi.Output[str]


class CertificateAuthority(pulumi.ComponentResource):
    """A certificate authority; `name` is the one in its settings.

    `certificate` is the bundle that is served, from the signer to the root. `anchor` is the root, which clients trust.
    `private_key`, secret, is the signer's. All are PEM texts, not encrypted. `ends` is a moment in ISO 8601.
    """

    name: str
    certificate: pulumi.Output[str]
    anchor: pulumi.Output[str]
    private_key: pulumi.Output[str]
    ends: pulumi.Output[str]

    def __init__(self, name: str, args: AuthorityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:CertificateAuthority", name, None, opts)
        if args.settings.source == "generate":
            source = self._generate(name, args.settings, args.registry)
        elif args.settings.source == "docker-machine":
            source = self._read_stored(name, args)
        else:
            source = _provided(args.settings)
        self.name = args.settings.name
        self.certificate, self.anchor = source.certificate, source.anchor
        self.private_key, self.ends = source.private_key, source.ends
        self.register_outputs({"certificate": self.certificate})

    def _generate(self, name: str, settings: AuthoritySettings, registry: str) -> _Source:
        child = pulumi.ResourceOptions(parent=self)
        key = private_key(f"{name}-key", settings.key, child)
        certificate = tls.SelfSignedCert(
            f"{name}-certificate",
            private_key_pem=key.private_key_pem,
            subject=tls.SelfSignedCertSubjectArgs(common_name=_common_name(settings.name, registry)),
            is_ca_certificate=True,
            allowed_uses=["cert_signing", "crl_signing"],
            set_subject_key_id=True,
            validity_period_hours=_TEN_YEARS,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(hide_diffs=["certPem"])),
        )
        pem = certificate.cert_pem
        return _Source(pem, pem, key.private_key_pem, certificate.validity_end_time.apply(earlier))

    def _read_stored(self, name: str, args: AuthorityArgs) -> _Source:
        # docker-machine makes its authority when it creates its first machine
        opts = pulumi.ResourceOptions(parent=self, depends_on=[args.machine])
        stored = StoredAuthority(f"{name}-stored", StoredAuthorityArgs(args.storage, args.alone), opts)
        return _Source(stored.certificate, stored.certificate, stored.private_key, stored.ends)


def _provided(settings: AuthoritySettings) -> _Source:
    given = settings.provided
    return _Source(
        pulumi.Output.from_input(given.bundle),
        pulumi.Output.from_input(given.anchor),
        pulumi.Output.secret(given.private_key),
        pulumi.Output.from_input(moment(given.ends)),
    )


def certificate_authorities(
    prefix: str, settings: Settings, machine: Machine, parent: pulumi.Resource
) -> list[CertificateAuthority]:
    """The stack's authorities, in their order; `machine` is one that docker-machine has created."""
    every = settings.certificates.authorities
    storage = str(settings.docker_machine.storage_folder)

    def authority(each: AuthoritySettings) -> CertificateAuthority:
        name = f"{prefix}-{each.name}"
        args = AuthorityArgs(each, settings.registry.host, storage, machine, alone=len(every) == 1)
        return CertificateAuthority(name, args, child_of(parent, name))

    return [authority(each) for each in every]


def private_key(name: str, kind: KeyKind, opts: pulumi.ResourceOptions) -> tls.PrivateKey:
    """A private key of a kind that the settings know."""
    if kind == "ecdsa-p256":
        return tls.PrivateKey(name, algorithm="ECDSA", ecdsa_curve="P256", opts=opts)
    return tls.PrivateKey(name, algorithm="RSA", rsa_bits=int(kind.removeprefix("rsa-")), opts=opts)


def anchors(authorities: Iterable[CertificateAuthority]) -> dict[str, pulumi.Output[str]]:
    """What clients trust: the root of each authority, by the authority's name."""
    return {authority.name: authority.anchor for authority in authorities}


def _common_name(name: str, registry: str) -> str:
    # only their key identifiers would tell two authorities of the same subject apart
    whole = f"{registry} certificate authority" + (f" {name}" if name != _FIRST else "")
    return whole if len(whole) <= LONGEST_COMMON_NAME else name
