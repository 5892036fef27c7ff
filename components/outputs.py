"""The contract for other stacks: what the outputs say about the registry, its certificates and its clients."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi

from components.certificate_authority import CertificateAuthority, anchors
from components.server_certificate import ServerCertificate
from providers.check import RegistryCheck
from registry_stack.certificates.dates import warnings
from registry_stack.certificates.fingerprints import sha256_colons
from registry_stack.common.templates import fill_in
from registry_stack.settings import CertificateSettings, RegistrySettings

README = Path(__file__).parent.parent / "Pulumi.README.md"


def registry_outputs(
    registry: RegistrySettings, check: RegistryCheck, authorities: Sequence[CertificateAuthority]
) -> dict[str, pulumi.Output[Any]]:
    """How the names of images begin, where the registry is, and which certificates to trust. A registry that has not
    answered is not announced."""
    announced = check.drift.apply(lambda _: registry.reference)
    fingerprints = {each.name: each.anchor.apply(sha256_colons) for each in authorities}
    return {
        "registry": announced,
        "url": pulumi.Output.concat("https://", announced),
        "caCertificate": pulumi.Output.concat(*anchors(authorities).values()),
        "fingerprints": pulumi.Output.from_input(fingerprints),
        "machine": pulumi.Output.from_input(registry.name),
        "address": pulumi.Output.from_input(str(registry.address)),
    }


def certificate_dates(
    certificate: ServerCertificate,
    authorities: Sequence[CertificateAuthority],
    settings: CertificateSettings,
    parent: pulumi.Resource,
) -> pulumi.Output[dict[str, Any]]:
    """`ends` of the registry's certificate, `renewedFrom` when an `up` renews it, and the ends of `authorities` by
    name: moments in ISO 8601. An authority that ends soon is also a warning of the `up`."""

    def warn(ends: dict[str, str]) -> dict[str, str]:
        for line in warnings(ends, settings.renew_before, datetime.now(UTC)):
            pulumi.log.warn(line, parent)
        return ends

    ends = pulumi.Output.all(**{authority.name: authority.ends for authority in authorities})
    return pulumi.Output.all(ends=certificate.ends, renewedFrom=certificate.renewed_from, authorities=ends.apply(warn))


def readme(outputs: Mapping[str, pulumi.Output[Any]]) -> pulumi.Output[str]:
    """Pulumi.README.md with the stack's own values in it: `pulumi stack output readme`. Pulumi Cloud shows an output of
    that name."""
    template = README.read_text("utf-8")
    return pulumi.Output.all(**outputs).apply(lambda values: fill_in(template, values))
