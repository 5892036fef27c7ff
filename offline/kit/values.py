"""Property bags as plain Python values.

The plugins tell the engine that they do not take secrets: it then strips them from what it sends and marks each
property of the answer whose input was secret, so no value's secrecy depends on code in here. What is secret by
itself, whatever the program says, is wrapped in `Secret`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf import struct_pb2

# The wire format's own constants; in Pulumi's source: sdk/go/common/resource/{properties,sig}.go.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - marks a secret, and is none

Value: TypeAlias = Any
Properties: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value on its way to the engine that is to be encrypted and never shown."""

    value: Value


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """The properties without nulls and secret marks; whole numbers become `int`, unknowns stay `UNKNOWN`."""
    return {name: _plain(value) for name, value in struct.fields.items() if value.WhichOneof("kind") != "null_value"}


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """The wire form of the properties, without those that are None."""
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if value is not None:
            struct.fields[name].CopyFrom(_wire(value))
    return struct


def contains_unknown(value: Value) -> bool:
    """Whether any part of the value is only known after an update."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def _plain(value: struct_pb2.Value) -> Value:
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "struct_value":
            fields = from_struct(value.struct_value)
            return fields.get("value") if fields.get(_SIGNATURE) == _SECRET else fields
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
    return None


def _wire(value: Value) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, Secret):
        # An unknown inside a secret envelope would reach the engine as a known string.
        return _wire(value.value if value.value == UNKNOWN else {_SIGNATURE: _SECRET, "value": value.value})
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=to_struct(value))
    return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_wire(item) for item in value]))
