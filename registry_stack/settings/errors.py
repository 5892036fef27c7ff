"""Faulty settings, in the words of the stack file: the key, its value, and what is expected."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from registry_stack.settings.base import models_in

_EXPECTED = {
    "ip_v4_address": "should be an IPv4 address, such as 192.168.233.3",
    "ip_v4_network": "should be a subnet without host bits, such as 192.168.233.0/24",
    "model_type": "should be a mapping of keys to values",
    "tuple_type": "should be a list",
}
_VEILED = {"headers", "certificate", "privateKey", "passphrase"}
# A driver's options may be an access key. The error about a single one shows it, or nobody could tell what is wrong.
_VEILED_IN_OTHERS = _VEILED | {"options"}


class SettingsError(Exception):
    """One line for each fault in a stack's settings."""


def fault(key: str, value: object, expected: str) -> PydanticCustomError:
    """A fault that a model finds by itself. `key` is relative to that model, `expected` completes "should be ..."."""
    context = {"key": key, "value": value if value is None else str(value), "expected": expected}
    return PydanticCustomError("fault", "should be {expected}", context)


def describe(error: ValidationError, project: str, model: type[BaseModel]) -> str:
    """A line for each fault: `project:key is value: should be ...`."""
    return "\n".join(_line(details, project, model) for details in error.errors())


def _line(details: ErrorDetails, project: str, model: type[BaseModel]) -> str:
    context = details.get("ctx", {})
    steps = (*details["loc"], *([context["key"]] if "key" in context else []))
    key = f"{project}:{_path(steps)}"
    match details["type"]:
        case "extra_forbidden":
            return f"{key} is unknown: {_nearest(details['loc'], model)}"
        case "missing":
            field = _field(_holder(details["loc"], model), str(details["loc"][-1]))
            return f"{key} is missing: {field.description}"
        case _:
            value = _shown(context.get("value", details["input"]), veiled=not _VEILED.isdisjoint(steps))
            shown = "not set" if value is None else repr(value)
            expected = _EXPECTED.get(details["type"], details["msg"].removeprefix("Input "))
            return f"{key} is {shown}: {expected}"


class _Placeholder(str):
    """Stands for a value that must not be shown. Without quotes in an error, because it is not the value itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _shown(value: Any, *, veiled: bool) -> Any:
    """What a line shows of a value: nothing that may be secret, at any depth."""
    if isinstance(value, str) and "-----BEGIN" in value:
        return _Placeholder("(PEM)")
    if isinstance(value, Mapping):
        return {name: _shown(each, veiled=veiled or name in _VEILED_IN_OTHERS) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each, veiled=veiled) for each in value]
    return _Placeholder("(hidden)") if veiled and value is not None else value


def _path(location: Iterable[int | str]) -> str:
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += f".{step}" if path else step
    return path


def _nearest(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = [field.alias or name for name, field in _holder(location, model).model_fields.items()]
    near = get_close_matches(str(location[-1]), known, n=1, cutoff=0.0)
    return f"did you mean {near[0]}? (known: {', '.join(known)})"


def _holder(location: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The model that the last step of a location is a key of."""
    for step in location[:-1]:
        if isinstance(step, str):
            model = next(iter(models_in(_field(model, step).annotation)), model)
    return model


def _field(model: type[BaseModel], key: str) -> FieldInfo:
    return next(field for name, field in model.model_fields.items() if key in (field.alias, name))
