"""Property bags on the wire, and comparisons of them."""

import pytest

from offline.kit import schema
from offline.kit.schema import Property
from offline.kit.values import UNKNOWN, Properties, Secret, Value, contains_unknown, from_struct, to_struct


@pytest.mark.parametrize(
    "properties",
    [{}, {"a": "b"}, {"a": 1, "b": 1.5, "c": True, "d": False, "e": 0}, {"a": ["b", ["c"]], "d": {"e": {"f": "g"}}}],
)
def test_round_trip(properties: Properties) -> None:
    assert from_struct(to_struct(properties)) == properties


def test_booleans_stay_booleans() -> None:
    assert from_struct(to_struct({"a": True}))["a"] is True


def test_none_is_left_out() -> None:
    assert from_struct(to_struct({"a": None, "b": [None]})) == {"b": [None]}


def test_secrets_are_opened() -> None:
    sent = to_struct({"a": Secret("b"), "c": Secret({"d": Secret("e")})})
    assert "b" not in str(sent.fields["a"].string_value)
    assert from_struct(sent) == {"a": "b", "c": {"d": "e"}}


def test_unknown_secret_stays_unknown() -> None:
    assert to_struct({"a": Secret(UNKNOWN)}).fields["a"].string_value == UNKNOWN


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", False), (UNKNOWN, True), ({"a": [{"b": UNKNOWN}]}, True), ([["a"]], False), (None, False)],
)
def test_contains_unknown(value: Value, expected: bool) -> None:
    assert contains_unknown(value) is expected


PORT = Property(fields={"internal": Property(), "ip": Property(default="0.0.0.0")})  # noqa: S104 - a value to compare


@pytest.mark.parametrize(
    ("prop", "old", "new"),
    [
        (Property(), None, ""),
        (Property(), [], None),
        (Property(), {"a": ""}, None),
        (Property(), False, None),
        (Property(unordered=True), ["a", "b"], ["b", "a"]),
        (PORT, [{"internal": 1, "ip": "0.0.0.0"}], [{"internal": 1}]),  # noqa: S104 - a value to compare
        (Property(), {"a": "b", "__defaults": []}, {"a": "b"}),
    ],
)
def test_same(prop: Property, old: Value, new: Value) -> None:
    assert schema.same(prop, old, new)


@pytest.mark.parametrize(
    ("prop", "old", "new"),
    [
        (Property(), "a", "b"),
        (Property(), "a", UNKNOWN),
        (Property(), ["a", "b"], ["b", "a"]),
        (Property(exact=True), None, ""),
        (PORT, [{"internal": 1, "ip": "127.0.0.1"}], [{"internal": 1}]),
    ],
)
def test_different(prop: Property, old: Value, new: Value) -> None:
    assert not schema.same(prop, old, new)
