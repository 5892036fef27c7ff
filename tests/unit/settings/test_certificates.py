"""The settings of certificates: what is accepted, the line that each fault gets, and that no line tells a secret."""

from datetime import timedelta
from typing import Any

import pytest

from registry_stack.settings import CertificateSettings, SettingsError, load
from tests.authorities import ROOT_TEXTS
from tests.unit.settings.test_settings import configuration

CERTIFICATE, KEY = ROOT_TEXTS
AT = "registry-stack:certificates."
DURATION = "should be a duration in whole days or hours, such as 30d or 12h, of at most 3650d"
LABEL = "should be a name of at most 63 lower-case letters, digits and hyphens"
KINDS = "should be 'rsa-2048', 'rsa-4096' or 'ecdsa-p256'"


def read(certificates: object) -> CertificateSettings:
    return load(configuration(certificates=certificates), "registry-stack").certificates


def authorities(*given: object) -> dict[str, Any]:
    return {"authorities": [*given]}


def test_unless_told_one_authority_of_the_stacks_own() -> None:
    plain = load(configuration(), "registry-stack").certificates
    assert plain == CertificateSettings()
    assert [(each.name, each.source, each.key) for each in plain.authorities] == [("authority", "generate", "rsa-2048")]
    assert (plain.key, plain.valid_for, plain.renew_before) == ("rsa-2048", timedelta(365), timedelta(30))


def test_a_rotation() -> None:
    given = read(authorities({"name": "next", "key": "ecdsa-p256"}, {"name": "authority"}))
    assert [(each.name, each.key) for each in given.authorities] == [("next", "ecdsa-p256"), ("authority", "rsa-2048")]


@pytest.mark.parametrize(
    ("text", "hours"), [("1h", 1), ("12h", 12), ("36h", 36), ("1d", 24), ("365d", 8760), ("3650d", 87600)]
)
def test_durations(text: str, hours: int) -> None:
    given = read({"validFor": text, "renewBefore": "1h"} if hours > 1 else {"renewBefore": text})
    assert timedelta(hours=hours) in (given.valid_for, given.renew_before)


@pytest.mark.parametrize(
    ("certificates", "line"),
    [
        # names
        (authorities({"name": ""}), f"authorities[0].name is '': {LABEL}"),
        (authorities({"name": "Authority"}), f"authorities[0].name is 'Authority': {LABEL}"),
        (authorities({"name": "a.b"}), f"authorities[0].name is 'a.b': {LABEL}"),
        (authorities({"name": "../a"}), f"authorities[0].name is '../a': {LABEL}"),
        (authorities({"name": "a b"}), f"authorities[0].name is 'a b': {LABEL}"),
        (authorities({"name": "a\n"}), f"authorities[0].name is 'a\\n': {LABEL}"),
        (authorities({"name": "-a"}), f"authorities[0].name is '-a': {LABEL}"),
        (authorities({"name": "a-"}), f"authorities[0].name is 'a-': {LABEL}"),
        (authorities({"name": "ä"}), f"authorities[0].name is 'ä': {LABEL}"),
        (authorities({"name": "a" * 64}), f"authorities[0].name is '{'a' * 64}': {LABEL}"),
        (authorities({"name": 2027}), f"authorities[0].name is 2027: {LABEL}"),
        (authorities({"name": None}), f"authorities[0].name is not set: {LABEL}"),
        (
            authorities({"name": "a"}, {"name": "b"}, {"name": "a"}),
            "authorities[2].name is 'a': should be a unique name: authorities[0] has it already",
        ),
        (
            authorities({}, {"key": "rsa-4096"}),
            "authorities[1].name is 'authority': should be a unique name: authorities[0] has it already",
        ),
        # lists and mappings
        (authorities(), "authorities is an empty list: should be a list of at least one authority"),
        ({"authorities": {"name": "a"}}, "authorities is a mapping: should be a list"),
        ({"authorities": "generate"}, "authorities is text: should be a list"),
        (authorities("generate"), "authorities[0] is text: should be a mapping of keys to values"),
        (authorities(None), "authorities[0] is not set: should be a mapping of keys to values"),
        ({"authority": []}, "authority is unknown: did you mean authorities?"),
        (authorities({"privatKey": "x"}), "authorities[0].privatKey is unknown: did you mean privateKey?"),
        (authorities({"private_key": "x"}), "authorities[0].private_key is unknown: did you mean privateKey?"),
        (
            authorities({"algorithm": "rsa"}),
            "authorities[0].(hidden) is unknown: known are name, source",
        ),
        # sources
        (authorities({"source": "generated"}), "authorities[0].source is 'generated': should be 'generate'"),
        (authorities({"source": None}), "authorities[0].source is not set: should be 'generate'"),
        (
            authorities({"source": "provided"}),
            "authorities[0].certificate is not set: should be PEM text, because the source is 'provided'",
        ),
        (
            authorities({"source": "provided", "privateKey": KEY}),
            "authorities[0].certificate is not set: should be PEM text, because the source is 'provided'",
        ),
        (
            authorities({"source": "provided", "certificate": CERTIFICATE}),
            "authorities[0].privateKey is not set: should be PEM text, because the source is 'provided'",
        ),
        (
            authorities({"source": "provided", "certificate": CERTIFICATE, "privateKey": KEY, "key": "rsa-2048"}),
            "authorities[0].key is 'rsa-2048': should be left out unless the source is 'generate'",
        ),
        (
            authorities({"source": "docker-machine", "key": "rsa-2048"}),
            "authorities[0].key is 'rsa-2048': should be left out unless the source is 'generate'",
        ),
        (
            authorities({"source": "docker-machine", "certificate": CERTIFICATE, "privateKey": KEY}),
            "authorities[0].certificate is (PEM): should be left out unless the source is 'provided'",
        ),
        (
            authorities({"certificate": CERTIFICATE}),
            "authorities[0].certificate is (PEM): should be left out unless the source is 'provided'",
        ),
        (
            authorities({"privateKey": KEY}),
            "authorities[0].privateKey is (PEM): should be left out unless the source is 'provided'",
        ),
        (
            authorities({"passphrase": "s3cret"}),
            "authorities[0].passphrase is (hidden): should be left out unless the source is 'provided'",
        ),
        # keys
        (authorities({"key": "rsa-1024"}), f"authorities[0].key is 'rsa-1024': {KINDS}"),
        (authorities({"key": "RSA"}), f"authorities[0].key is 'RSA': {KINDS}"),
        (authorities({"key": 2048}), f"authorities[0].key is 2048: {KINDS}"),
        (authorities({"key": "ed25519"}), f"authorities[0].key is 'ed25519': {KINDS}"),
        ({"key": "rsa-3072"}, f"key is 'rsa-3072': {KINDS}"),
        ({"key": "ecdsa"}, f"key is 'ecdsa': {KINDS}"),
        # durations
        ({"validFor": 365}, f"validFor is 365: {DURATION}"),
        ({"validFor": "365"}, f"validFor is '365': {DURATION}"),
        ({"validFor": ""}, f"validFor is '': {DURATION}"),
        ({"validFor": "1y"}, f"validFor is '1y': {DURATION}"),
        ({"validFor": "90m"}, f"validFor is '90m': {DURATION}"),
        ({"validFor": "1.5d"}, f"validFor is '1.5d': {DURATION}"),
        ({"validFor": "-1d"}, f"validFor is '-1d': {DURATION}"),
        ({"validFor": "0d"}, f"validFor is '0d': {DURATION}"),
        ({"validFor": "30 d"}, f"validFor is '30 d': {DURATION}"),
        ({"validFor": "30D"}, f"validFor is '30D': {DURATION}"),
        ({"validFor": "٣0d"}, f"validFor is '٣0d': {DURATION}"),
        ({"validFor": "3651d"}, f"validFor is '3651d': {DURATION}"),
        ({"validFor": "87601h"}, f"validFor is '87601h': {DURATION}"),
        ({"validFor": "999999999999999d"}, f"validFor is '999999999999999d': {DURATION}"),
        ({"validFor": None}, f"validFor is not set: {DURATION}"),
        ({"renewBefore": 30}, f"renewBefore is 30: {DURATION}"),
        ({"renewBefore": "0h"}, f"renewBefore is '0h': {DURATION}"),
        ({"renewBefore": "1d12h"}, f"renewBefore is '1d12h': {DURATION}"),
        ({"renewBefore": "365d"}, "renewBefore is '365d': should be shorter than validFor (365d)"),
        ({"validFor": "12h"}, "renewBefore is '30d': should be shorter than validFor (12h)"),
        ({"validFor": "36h", "renewBefore": "37h"}, "renewBefore is '37h': should be shorter than validFor (36h)"),
        ({"validFor": "48h", "renewBefore": "2d"}, "renewBefore is '2d': should be shorter than validFor (2d)"),
    ],
)
def test_a_fault(certificates: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(certificates)
    assert str(caught.value).startswith(f"{AT}{line}")
    assert len(str(caught.value).splitlines()) == 1
    assert "s3cret" not in str(caught.value)


SECRETS = {"name": "a", "certificate": CERTIFICATE, "privateKey": KEY, "passphrase": "s3cret"}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"certificates": {"authorities": SECRETS}},
            "certificates.authorities is a mapping: should be a list",
        ),
        (
            {"certificates": [SECRETS]},
            "certificates is a list: should be a mapping of keys to values",
        ),
        (
            {"certificates": {"authorities": [[SECRETS]]}},
            "certificates.authorities[0] is a list: should be a mapping of keys to values",
        ),
        ({"certificates": {"key": KEY}}, "certificates.key is (PEM): should be 'rsa-2048'"),
        ({"certificates": authorities({"name": KEY})}, "certificates.authorities[0].name is (PEM): should be a name"),
        (
            {"notifications": {"name": "ci", "url": "http://ci", "headers": {"Authorization": ["s3cret"]}}},
            "notifications is a mapping: should be a list",
        ),
    ],
)
def test_secrets_in_the_wrong_place_are_not_shown(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(configuration(**changes), "registry-stack")
    assert str(caught.value).startswith(f"registry-stack:{line}")
    assert "s3cret" not in str(caught.value)
    assert KEY.split()[5] not in str(caught.value)


def test_secrets_are_not_part_of_a_models_text() -> None:
    given = read(authorities({"source": "provided", "certificate": CERTIFICATE, "privateKey": KEY}))
    assert KEY.split()[5] not in repr(given)
