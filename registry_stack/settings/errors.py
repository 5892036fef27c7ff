"""Faulty settings, said in the terms of the stack file: which key, its value, what would be right."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

_EXPECTED = {
    "ip_v4_address": "should be an IPv4 address, as 192.168.233.3",
    "ip_v4_network": "should be a subnet without host bits, as 192.168.233.0/24",
    "model_type": "should be a mapping of keys to values",
    "tuple_type": "should be a list",
}
_VEILED = {"headers", "certificate", "privateKey", "passphrase"}


class SettingsError(Exception):
    """One line for each fault in a stack's settings."""


def fault(key: str, value: object, expected: str) -> PydanticCustomError:
    """A fault that concerns several settings; `key` is relative to the model that raises it."""
    context = {"key": key, "value": value if value is None else str(value), "expected": expected}
    return PydanticCustomError("fault", "should be {expected}", context)


def describe(error: ValidationError, project: str, model: type[BaseModel]) -> str:
    """A line for each fault, as `project:key is value: what would be right`."""
    return "\n".join(_line(details, project, model) for details in error.errors())


def _line(details: ErrorDetails, project: str, model: type[BaseModel]) -> str:
    context = details.get("ctx", {})
    steps = (*details["loc"], *([context["key"]] if "key" in context else []))
    key = f"{project}:{_path(steps)}"
    match details["type"]:
        case "extra_forbidden":
            return f"{key} is unknown: {_nearest(details['loc'], model)}"
        case "missing":
            return f"{key} is missing"
        case _:
            value = context.get("value", details["input"])
            shown = _shown(value, veiled=not _VEILED.isdisjoint(steps))
            expected = _EXPECTED.get(details["type"], details["msg"].removeprefix("Input "))
            return f"{key} is {shown!r}: {expected}"


class _Sign(str):
    """Stands for a value that is not to be seen."""

    __slots__ = ()
    __repr__ = str.__str__


def _shown(value: Any, *, veiled: bool) -> Any:
    """What a line shows of a value: nothing that may be secret, wherever in it that is."""
    if isinstance(value, str) and "-----BEGIN" in value:
        return _Sign("(PEM)")
    if isinstance(value, Mapping):
        return {name: _shown(each, veiled=veiled or name in _VEILED) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each, veiled=veiled) for each in value]
    return _Sign("(hidden)") if veiled and value is not None else value


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
            field = next(f for name, f in model.model_fields.items() if step in (f.alias, name))
            model = next(iter(_models(field.annotation)), model)
    return model


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
