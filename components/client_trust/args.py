"""What every kind of trust is given."""

from dataclasses import dataclass

import pulumi

from components.access import Access
from settings import RegistrySettings


@dataclass(frozen=True)
class ClientTrustArgs:
    """The client's machine, and the registry with the address and the certificate authority (PEM) to trust."""

    access: Access
    registry: RegistrySettings
    address: str
    ca_certificate: pulumi.Output[str]
