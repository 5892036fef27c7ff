"""The guide's fourth step: a client's engine trusts the registry; one kind of trust a file."""

from components.client_trust.args import ClientTrustArgs
from components.client_trust.client import ClientTrust

__all__ = ["ClientTrust", "ClientTrustArgs"]
