"""The four resource types of the tls plugin."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeAlias

from offline.kit.engine_log import Engine
from offline.kit.resource import Diff, Resource
from offline.kit.schema import Property, Schema
from offline.kit.server import Plugin
from offline.kit.values import Properties
from offline.tls import certificates, keys, names
from offline.tls.certificates import Issuer, Subject

Clock: TypeAlias = Callable[[], datetime]

_NAMES = {
    "dnsNames": Property(),
    "ipAddresses": Property(),
    "uris": Property(),
    "subject": Property(fields=names.SUBJECT_FIELDS),
}
_VALIDITY = {
    "allowedUses": Property(required=True, choices=names.USAGES),
    "validityPeriodHours": Property(required=True, minimum=0),
    "earlyRenewalHours": Property(default=0, minimum=0, replaces=False),
    "isCaCertificate": Property(default=False),
    "maxPathLength": Property(computed=True, minimum=-1),
    "setSubjectKeyId": Property(default=False),
    "certPem": Property(output=True),
    "readyForRenewal": Property(output=True),
    "validityStartTime": Property(output=True),
    "validityEndTime": Property(output=True),
}


def _write_only(name: str) -> Schema:
    # A key that the state never holds; the engine would have to ask for it anew whenever it is used.
    return {f"{name}Wo": Property(secret=True, supported=False), f"{name}WoVersion": Property(supported=False)}


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class PrivateKey(Resource):
    """A private key in its several forms."""

    tok = "tls:index/privateKey:PrivateKey"
    schema: ClassVar[Schema] = {
        "algorithm": Property(required=True, choices=keys.ALGORITHMS),
        "rsaBits": Property(default=2048),
        "ecdsaCurve": Property(default="P224", choices=tuple(keys.CURVES)),
        "privateKeyPem": Property(output=True, secret=True),
        "privateKeyOpenssh": Property(output=True, secret=True),
        "privateKeyPemPkcs8": Property(output=True, secret=True),
        "publicKeyPem": Property(output=True),
        "publicKeyOpenssh": Property(output=True),
        "publicKeyFingerprintMd5": Property(output=True),
        "publicKeyFingerprintSha256": Property(output=True),
    }

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        key = keys.generate(inputs["algorithm"], bits=inputs["rsaBits"], curve=inputs["ecdsaCurve"])
        id_, forms = keys.describe(key)
        return id_, {**inputs, **forms}


class CertRequest(Resource):
    """A request for a certificate."""

    tok = "tls:index/certRequest:CertRequest"
    schema: ClassVar[Schema] = {
        **_NAMES,
        **_write_only("privateKeyPem"),
        "privateKeyPem": Property(required=True, secret=True),
        "keyAlgorithm": Property(output=True),
        "certRequestPem": Property(output=True),
    }

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        key = keys.load(inputs["privateKeyPem"], "privateKeyPem")
        id_, pem = certificates.request(inputs, key)
        return id_, {**inputs, "keyAlgorithm": keys.algorithm_of(key), "certRequestPem": pem}


class _Certificate(Resource):
    """What self-signed and locally signed certificates have in common: they end, and are renewed before."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock

    def diff(self, state: Properties, inputs: Properties) -> Diff:
        diff = super().diff(state, inputs)
        if self._due(state, inputs.get("earlyRenewalHours", 0)):
            diff.changes["readyForRenewal"] = ("update", True)
        return diff

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties]:
        due = self._due(state, state.get("earlyRenewalHours", 0))
        return id_, {**state, "readyForRenewal": True} if due else state

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        state = super().update(urn, id_, state, inputs)
        return {**state, "readyForRenewal": _born_due(state)}

    def _signed(self, inputs: Properties, subject: Subject, issuer: Issuer) -> tuple[str, Properties]:
        id_, outputs = certificates.sign(inputs, subject, issuer, self._clock())
        return id_, {**inputs, **outputs, "readyForRenewal": _born_due(inputs)}

    def _due(self, state: Properties, early_hours: int) -> bool:
        end = state.get("validityEndTime", "")
        return bool(end) and datetime.fromisoformat(end) - timedelta(hours=early_hours) <= self._clock()


def _born_due(inputs: Properties) -> bool:
    valid, early = inputs["validityPeriodHours"], inputs["earlyRenewalHours"]
    return bool(valid == 0 or early >= valid)


class SelfSignedCert(_Certificate):
    """A certificate signed by its own key."""

    tok = "tls:index/selfSignedCert:SelfSignedCert"
    schema: ClassVar[Schema] = {
        **_NAMES,
        **_VALIDITY,
        **_write_only("privateKeyPem"),
        "privateKeyPem": Property(required=True, secret=True),
        "setAuthorityKeyId": Property(default=False),
        "keyAlgorithm": Property(output=True),
    }

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        key = keys.load(inputs["privateKeyPem"], "privateKeyPem")
        subject = Subject(names.subject(inputs.get("subject")), key.public_key(), names.alternative_names(inputs))
        id_, state = self._signed(inputs, subject, Issuer(key))
        return id_, {**state, "keyAlgorithm": keys.algorithm_of(key)}


class LocallySignedCert(_Certificate):
    """A certificate signed by an authority of which the program holds the key."""

    tok = "tls:index/locallySignedCert:LocallySignedCert"
    schema: ClassVar[Schema] = {
        **_VALIDITY,
        **_write_only("caPrivateKeyPem"),
        "caCertPem": Property(required=True),
        "caPrivateKeyPem": Property(required=True, secret=True),
        "certRequestPem": Property(required=True),
        "caKeyAlgorithm": Property(output=True),
    }

    def __init__(self, engine: Engine, clock: Clock = system_clock) -> None:
        super().__init__(clock)
        self._engine = engine

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        key = keys.load(inputs["caPrivateKeyPem"], "caPrivateKeyPem")
        authority = certificates.load_certificate(inputs["caCertPem"])
        if not certificates.is_authority(authority):
            self._engine.warn(urn, "caCertPem is no certificate authority: the new certificate may not be trusted")
        id_, state = self._signed(inputs, certificates.load_request(inputs["certRequestPem"]), Issuer(key, authority))
        return id_, {**state, "caKeyAlgorithm": keys.algorithm_of(key)}


class TlsPlugin(Plugin):
    """The tls package."""

    package = "pulumi_tls"
    config: ClassVar[Schema] = {"proxy": Property(supported=False)}

    def resources(self, engine: Engine) -> Iterable[Resource]:
        return PrivateKey(), CertRequest(), SelfSignedCert(), LocallySignedCert(engine)
