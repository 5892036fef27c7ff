"""Subjects, alternative names and usages: from the program's inputs to X.509."""

import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID, ObjectIdentifier

from offline.kit.resource import PluginError
from offline.kit.schema import Property
from offline.kit.values import Properties

# In the order in which the official plugin writes them into a certificate.
_SUBJECT = {
    "country": NameOID.COUNTRY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "streetAddresses": NameOID.STREET_ADDRESS,
    "postalCode": NameOID.POSTAL_CODE,
    "commonName": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
SUBJECT_FIELDS = {name: Property() for name in _SUBJECT}

# The names of RFC 5280's key usage bits as `cryptography` spells them.
KEY_USAGES = {
    "digital_signature": "digital_signature",
    "content_commitment": "content_commitment",
    "key_encipherment": "key_encipherment",
    "data_encipherment": "data_encipherment",
    "key_agreement": "key_agreement",
    "cert_signing": "key_cert_sign",
    "crl_signing": "crl_sign",
    "encipher_only": "encipher_only",
    "decipher_only": "decipher_only",
}
EXTENDED_KEY_USAGES = {
    "any_extended": Eku.ANY_EXTENDED_KEY_USAGE,
    "server_auth": Eku.SERVER_AUTH,
    "client_auth": Eku.CLIENT_AUTH,
    "code_signing": Eku.CODE_SIGNING,
    "email_protection": Eku.EMAIL_PROTECTION,
    "ipsec_end_system": ObjectIdentifier("1.3.6.1.5.5.7.3.5"),
    "ipsec_tunnel": ObjectIdentifier("1.3.6.1.5.5.7.3.6"),
    "ipsec_user": ObjectIdentifier("1.3.6.1.5.5.7.3.7"),
    "timestamping": Eku.TIME_STAMPING,
    "ocsp_signing": Eku.OCSP_SIGNING,
    "microsoft_server_gated_crypto": ObjectIdentifier("1.3.6.1.4.1.311.10.3.3"),
    "netscape_server_gated_crypto": ObjectIdentifier("2.16.840.1.113730.4.1"),
    "microsoft_commercial_code_signing": ObjectIdentifier("1.3.6.1.4.1.311.2.1.22"),
    "microsoft_kernel_code_signing": ObjectIdentifier("1.3.6.1.4.1.311.61.1.1"),
}
USAGES = (*KEY_USAGES, *EXTENDED_KEY_USAGES)


def subject(fields: Properties | None) -> x509.Name:
    """The distinguished name of a `subject` input; empty without one."""
    attributes: list[x509.NameAttribute[str]] = []
    for name, oid in _SUBJECT.items():
        value = (fields or {}).get(name) or []
        texts = value if isinstance(value, list) else [value]
        try:
            attributes += [x509.NameAttribute(oid, text) for text in texts]
        except ValueError as error:
            raise PluginError(f"subject.{name}: {error}") from None
    return x509.Name(attributes)


def alternative_names(inputs: Properties) -> x509.SubjectAlternativeName | None:
    """The subject alternative names of the inputs dnsNames, ipAddresses and uris."""
    names: list[x509.GeneralName] = []
    try:
        names += [x509.DNSName(name) for name in inputs.get("dnsNames") or []]
        names += [x509.IPAddress(ipaddress.ip_address(text)) for text in inputs.get("ipAddresses") or []]
        names += [x509.UniformResourceIdentifier(uri) for uri in inputs.get("uris") or []]
    except ValueError as error:
        raise PluginError(f"invalid subject alternative name: {error}") from None
    return x509.SubjectAlternativeName(names) if names else None


def key_usage(uses: Sequence[str]) -> x509.KeyUsage | None:
    """The key usage extension for those of the allowed uses that are key usages."""
    bits = dict.fromkeys(KEY_USAGES.values(), False)
    bits |= {KEY_USAGES[use]: True for use in uses if use in KEY_USAGES}
    return x509.KeyUsage(**bits) if any(bits.values()) else None


def extended_key_usage(uses: Sequence[str]) -> x509.ExtendedKeyUsage | None:
    """The extended key usage extension for those of the allowed uses that are extended ones."""
    oids = [EXTENDED_KEY_USAGES[use] for use in uses if use in EXTENDED_KEY_USAGES]
    return x509.ExtendedKeyUsage(oids) if oids else None
