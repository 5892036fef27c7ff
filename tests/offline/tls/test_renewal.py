"""When the tls plugin renews a certificate, to the second."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from offline.kit.resource import Diff
from offline.kit.values import Properties
from offline.tls import keys
from offline.tls.certificates import rfc3339
from offline.tls.plugin import SelfSignedCert
from tests.offline.pki import START, Clock, Pki

KEY = keys.private_pem(keys.generate("ED25519", bits=0, curve=""))
RENEWED = {"readyForRenewal": ("update", True)}
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
KINDS: list[dict[str, Any]] = [
    {},
    {"key": "ecdsa-p256", "authorities": [{"key": "ecdsa-p256"}]},
    {"key": "rsa-4096"},
    {"validFor": "36h", "renewBefore": "12h"},
]


def _made(clock: Clock, valid: int, early: int) -> tuple[SelfSignedCert, Properties, Properties]:
    resource = SelfSignedCert(clock)
    given = {"privateKeyPem": KEY, "allowedUses": [], "validityPeriodHours": valid, "earlyRenewalHours": early}
    inputs = resource.check("urn:it", {}, given)
    return resource, inputs, resource.create("urn:it", inputs)[1]


def _changes(diff: Diff) -> dict[str, tuple[str, bool]]:
    return diff.changes


@pytest.mark.parametrize(
    ("valid", "early", "due"),
    [(24, 0, START + timedelta(hours=24)), (24, 6, START + timedelta(hours=18)), (24, 24, START)],
)
def test_due_at_its_moment_and_not_before(valid: int, early: int, due: datetime) -> None:
    clock = Clock()
    resource, inputs, state = _made(clock, valid, early)
    clock.now = due - timedelta(seconds=1)
    assert _changes(resource.diff(state, inputs)) == {}
    for later in (timedelta(0), timedelta(seconds=1), timedelta(days=400)):
        clock.now = due + later
        assert _changes(resource.diff(state, inputs)) == RENEWED


def test_refresh_shows_it() -> None:
    clock = Clock()
    resource, inputs, state = _made(clock, 24, 6)
    assert resource.read("urn:it", "1", state) == ("1", state)
    clock.now = START + timedelta(hours=18)
    _, seen = resource.read("urn:it", "1", state)
    assert seen == {**state, "readyForRenewal": True}
    assert _changes(resource.diff(seen, inputs)) == RENEWED


def test_a_longer_early_renewal_counts_at_once() -> None:
    clock = Clock()
    resource, inputs, state = _made(clock, 24, 0)
    clock.now = START + timedelta(hours=18)
    changes = _changes(resource.diff(state, {**inputs, "earlyRenewalHours": 6}))
    assert changes == {"earlyRenewalHours": ("update", False), **RENEWED}
    assert _changes(resource.diff(state, {**inputs, "earlyRenewalHours": 5})) == {
        "earlyRenewalHours": ("update", False)
    }


def test_update_in_place_keeps_the_certificate() -> None:
    resource, inputs, state = _made(Clock(), 24, 0)
    updated = resource.update("urn:it", "1", state, {**inputs, "earlyRenewalHours": 5})
    assert updated == {**state, "earlyRenewalHours": 5}


@pytest.mark.parametrize(("valid", "early"), [(0, 0), (24, 24), (24, 100)])
def test_never_valid_long_enough_is_due_when_made(valid: int, early: int) -> None:
    resource, inputs, state = _made(Clock(), valid, early)
    assert state["readyForRenewal"] is True
    assert _changes(resource.diff(state, inputs)) == RENEWED


@pytest.mark.parametrize(
    "text", ["2026-01-02T12:00:00.123456789Z", "2026-01-02T13:00:00.1+01:00", "2026-01-02T12:00:00Z"]
)
def test_times_of_the_official_plugin(text: str) -> None:
    clock = Clock()
    resource, inputs, state = _made(clock, 24, 0)
    assert _changes(resource.diff({**state, "validityEndTime": text}, inputs)) == {}
    clock.now = START + timedelta(hours=24, seconds=1)
    assert _changes(resource.diff({**state, "validityEndTime": text}, inputs)) == RENEWED


@pytest.mark.parametrize("settings", KINDS, ids=["unless told", "ECDSA", "RSA 4096", "hours"])
def test_the_registrys_certificate_is_renewed_at_its_moment_and_not_before(settings: dict[str, Any]) -> None:
    clock = Clock()
    pki = Pki.fresh(clock)
    pki.up(certificates=settings)
    first, made = pki.certificate(), pki.made
    life = timedelta(hours=36) if "validFor" in settings else 365 * DAY
    due = START + (timedelta(hours=24) if "renewBefore" in settings else 335 * DAY)
    clock.now = due - SECOND
    assert pki.up(certificates=settings) == set()
    for moment in (due, due + SECOND, START + life, START + 2 * life):
        clock.now, pki.made = moment, deepcopy(made)
        assert pki.up(certificates=settings) == {"certificate-certificate"}
        assert pki.up(certificates=settings) == set(), "once is enough"
        renewed = pki.certificate()
        assert (renewed.not_valid_before_utc, renewed.not_valid_after_utc) == (moment, moment + life)
        assert renewed.serial_number != first.serial_number
        assert renewed.public_key() == first.public_key() == pki.key().public_key()
        assert names_of(renewed) == names_of(first)
        renewed.verify_directly_issued_by(pki.certificate("authority-certificate"))


def test_a_renewal_that_is_to_come_earlier_comes_with_the_next_up() -> None:
    clock = Clock()
    pki = Pki.fresh(clock)
    pki.up()
    clock.now = START + 300 * DAY
    assert pki.up() == set()
    assert pki.up(certificates={"renewBefore": "65d"}) == {"certificate-certificate"}


def names_of(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_rfc3339() -> None:
    assert rfc3339(START) == "2026-01-01T12:00:00Z"
