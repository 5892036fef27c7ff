"""Makes keys, requests and certificates from the inputs: each an id, and the outputs."""

from collections.abc import Callable
from datetime import datetime

from offline.kit.values import Properties
from offline.tls import certificates, keys, names
from offline.tls.certificates import Issuer, Subject


def private_key(inputs: Properties) -> tuple[str, Properties]:
    """A new key."""
    return keys.describe(keys.generate(inputs["algorithm"], bits=inputs["rsaBits"], curve=inputs["ecdsaCurve"]))


def request(inputs: Properties) -> tuple[str, Properties]:
    """A request for a certificate."""
    key = keys.load(inputs["privateKeyPem"], "privateKeyPem")
    id_, pem = certificates.request(inputs, key)
    return id_, {"keyAlgorithm": keys.algorithm_of(key), "certRequestPem": pem}


def self_signed(inputs: Properties, now: datetime) -> tuple[str, Properties]:
    """A certificate signed by its own key."""
    key = keys.load(inputs["privateKeyPem"], "privateKeyPem")
    subject = Subject(names.subject(inputs.get("subject")), key.public_key(), names.alternative_names(inputs))
    id_, outputs = certificates.sign(inputs, subject, Issuer(key), now)
    return id_, {**outputs, "keyAlgorithm": keys.algorithm_of(key)}


def locally_signed(inputs: Properties, now: datetime, warn: Callable[[str], None]) -> tuple[str, Properties]:
    """A certificate signed by the authority whose key is given; `warn` hears of one that is no authority."""
    key = keys.load(inputs["caPrivateKeyPem"], "caPrivateKeyPem")
    authority = certificates.load_certificate(inputs["caCertPem"])
    if not certificates.is_authority(authority):
        warn("caCertPem is no certificate authority: the new certificate may not be trusted")
    subject = certificates.load_request(inputs["certRequestPem"])
    id_, outputs = certificates.sign(inputs, subject, Issuer(key, authority), now)
    return id_, {**outputs, "caKeyAlgorithm": keys.algorithm_of(key)}
