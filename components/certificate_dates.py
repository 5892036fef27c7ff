"""What the stack tells of its certificates' ends, in its outputs and, when it is time to do something, as a warning."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pulumi

from components.certificate_authority import CertificateAuthority
from components.server_certificate import ServerCertificate
from registry_stack.certificates.dates import warnings
from registry_stack.settings import CertificateSettings


def certificate_dates(
    certificate: ServerCertificate,
    authorities: Sequence[CertificateAuthority],
    settings: CertificateSettings,
    parent: pulumi.Resource,
) -> pulumi.Output[dict[str, Any]]:
    """`ends` of the registry's certificate, `renewedFrom` when an `up` renews it, and the ends of `authorities` by
    name: moments in ISO 8601."""

    def warned(ends: dict[str, str]) -> dict[str, str]:
        for line in warnings(ends, settings.renew_before, datetime.now(UTC)):
            pulumi.log.warn(line, parent)
        return ends

    ends = pulumi.Output.all(**{authority.name: authority.ends for authority in authorities})
    return pulumi.Output.all(
        ends=certificate.ends, renewedFrom=certificate.renewed_from, authorities=ends.apply(warned)
    )
