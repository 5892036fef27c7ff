"""The program's own keys and certificates, made by the tls plugin from what the program asks for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from offline.kit.engine_log import EngineLog
from offline.kit.resource import Resource
from offline.kit.values import Properties
from offline.tls.plugin import CertRequest, LocallySignedCert, PrivateKey, SelfSignedCert, TlsPlugin
from tests.offline import sdk as _sdk  # noqa: F401  # which imports pulumi-command without its warning
from tests.offline.engine import Caller, Made
from tests.unit.components.program_mocks import certificate_of, run

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
_KINDS = ("PrivateKey", "SelfSignedCert", "CertRequest", "LocallySignedCert")
_COMPUTED = re.compile(r"<([\w-]+) (\w+)>")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class Clock:
    """Shows the time that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class ClockedPlugin(TlsPlugin):
    """The plugin by another clock than the system's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def resources(self, log: EngineLog) -> Iterable[Resource]:
        return PrivateKey(), CertRequest(), SelfSignedCert(self._clock), LocallySignedCert(log, self._clock)


@dataclass
class Pki:
    """What the plugin has made so far, by the names of the program's resources."""

    caller: Caller
    made: dict[str, Made]

    @classmethod
    def fresh(cls, clock: Clock | None = None) -> "Pki":
        """Nothing made yet."""
        return cls(Caller(ClockedPlugin(clock or Clock())), {})

    def up(self, **changes: Any) -> set[str]:
        """Makes what the program wants, in the guide's own stack with these settings, and is not there, or as another.
        The names of what was made."""
        ran = run("hyperv", **changes)
        anew = set()
        for kind in _KINDS:
            for name, each in ran.of(kind).items():
                inputs = self.resolved(each.inputs)
                if name not in self.made or self.caller.changes(kind, self.made[name], inputs):
                    self.made[name] = self.caller.create(kind, inputs)
                    anew.add(name)
        return anew

    def resolved(self, inputs: Any) -> Properties:
        """The inputs, with what the mocks stand for in place of what they have instead."""
        return {key: self._resolved(value) for key, value in inputs.items()}

    def _resolved(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        for name, made in self.made.items():
            value = value.replace(certificate_of(name), str(made.state.get("certPem")))
        return _COMPUTED.sub(lambda found: str(self.made[found[1]].state[found[2]]), value)

    def certificate(self, name: str = "certificate-certificate") -> x509.Certificate:
        """A certificate by its resource's name."""
        return x509.load_pem_x509_certificate(str(self.made[name].state["certPem"]).encode())

    def pem(self, name: str, part: str) -> str:
        """A PEM text by its resource's name and its property."""
        return str(self.made[name].state[part])

    def key(self, name: str = "certificate-key") -> Key:
        """A private key by its resource's name."""
        key = load_pem_private_key(self.pem(name, "privateKeyPem").encode(), None)
        assert isinstance(key, Key)
        return key
