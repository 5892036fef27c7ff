"""The guide's fourth step: a client's engine trusts the registry; one kind of trust a file."""

from components.client_trust.client import ClientTrust, ClientTrustArgs

__all__ = ["ClientTrust", "ClientTrustArgs"]
