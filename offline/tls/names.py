"""Subjects, alternative names and usages: from the program's inputs to X.509."""

import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from offline.kit.resource import PluginError
from offline.kit.values import Properties
from offline.tls.words import EXTENDED_KEY_USAGES, KEY_USAGES, SUBJECT

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


def subject(fields: Properties | None) -> x509.Name:
    """The distinguished name of a `subject` input; empty without one."""
    attributes: list[x509.NameAttribute[str]] = []
    for name in SUBJECT:
        value = (fields or {}).get(name) or []
        texts = value if isinstance(value, list) else [value]
        try:
            attributes += [x509.NameAttribute(_SUBJECT[name], text) for text in texts]
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
    oids = [ObjectIdentifier(EXTENDED_KEY_USAGES[use]) for use in uses if use in EXTENDED_KEY_USAGES]
    return x509.ExtendedKeyUsage(oids) if oids else None
