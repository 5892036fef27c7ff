"""The four resource types of the tls plugin.

What they make is imported where it is made: an `up` without changes never gets there, and need not wait for X.509.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeAlias

from offline.kit.engine_log import EngineLog
from offline.kit.resource import Diff, Resource
from offline.kit.schema import Property, Schema
from offline.kit.server import Plugin
from offline.kit.values import Properties
from offline.tls.words import ALGORITHMS, CURVES, SUBJECT, USAGES

Clock: TypeAlias = Callable[[], datetime]

_NAMES = {
    "dnsNames": Property(),
    "ipAddresses": Property(),
    "uris": Property(),
    "subject": Property(fields={name: Property() for name in SUBJECT}),
}
_VALIDITY = {
    "allowedUses": Property(required=True, choices=USAGES),
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
        "algorithm": Property(required=True, choices=ALGORITHMS),
        "rsaBits": Property(default=2048),
        "ecdsaCurve": Property(default="P224", choices=CURVES),
        "privateKeyPem": Property(output=True, secret=True),
        "privateKeyOpenssh": Property(output=True, secret=True),
        "privateKeyPemPkcs8": Property(output=True, secret=True),
        "publicKeyPem": Property(output=True),
        "publicKeyOpenssh": Property(output=True),
        "publicKeyFingerprintMd5": Property(output=True),
        "publicKeyFingerprintSha256": Property(output=True),
    }

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        from offline.tls import issue

        id_, outputs = issue.private_key(inputs)
        return id_, {**inputs, **outputs}


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
        from offline.tls import issue

        id_, outputs = issue.request(inputs)
        return id_, {**inputs, **outputs}


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
        from offline.tls import issue

        id_, outputs = issue.self_signed(inputs, self._clock())
        return id_, {**inputs, **outputs, "readyForRenewal": _born_due(inputs)}


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

    def __init__(self, log: EngineLog, clock: Clock = system_clock) -> None:
        super().__init__(clock)
        self._log = log

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        from offline.tls import issue

        id_, outputs = issue.locally_signed(inputs, self._clock(), lambda reason: self._log.warn(urn, reason))
        return id_, {**inputs, **outputs, "readyForRenewal": _born_due(inputs)}


class TlsPlugin(Plugin):
    """The tls package."""

    package = "pulumi_tls"
    config: ClassVar[Schema] = {"proxy": Property(supported=False)}

    def resources(self, log: EngineLog) -> Iterable[Resource]:
        return PrivateKey(), CertRequest(), SelfSignedCert(), LocallySignedCert(log)
