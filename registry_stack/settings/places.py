"""Where in the settings a fault is, and what of that place may be shown."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from registry_stack.settings.base import models_in
from registry_stack.settings.kinds import SECRET, Kind
from registry_stack.settings.options import OWN_OPTIONS

HIDDEN = "(hidden)"
_KEY = re.compile("[A-Za-z][A-Za-z0-9_-]{0,39}")
_FLAG = re.compile("--?[a-z][a-z0-9-]{0,39}|[a-z][a-z0-9]{0,19}([_-][a-z0-9]{1,19}){1,7}")
_HEADER = re.compile("(x(-[a-z]{1,20}){1,4}|authorization|accept|content-type|user-agent)", re.IGNORECASE)
_NEAR = 0.6


@dataclass(frozen=True)
class Place:
    """A place by its path, such as `clients[0].name`; a key in it that may be a secret is HIDDEN.

    `secret`: its value must not be shown. `known`: the keys that the last one should be of. `description`: what it is.
    """

    path: str
    secret: bool
    known: Sequence[str]
    description: str


def find_place(steps: Sequence[int | str], settings: type[BaseModel], secrets: Collection[str]) -> Place:
    """The place that a fault's location names, from the model of all settings on. `secrets`: the keys of that model
    that were set as secrets."""
    as_secret = bool(steps) and steps[0] in secrets
    kept_secret = _models_of_secrets(settings)
    path = ""
    model: type[BaseModel] | None = settings
    field: FieldInfo | None = None
    known: list[str] = []
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
            continue
        if step == "[key]":  # pydantic's word for a key that is faulty itself
            continue
        if model is None:
            name = step if _FLAG.fullmatch(step) or _HEADER.fullmatch(step) else HIDDEN
        else:
            known = keys_of(model)
            field = _field(model, step)
            is_secret = as_secret or model in kept_secret
            name = step if field or _may_be_shown(step, known, beside_secrets=is_secret) else HIDDEN
            model = next(iter(models_in(field.annotation)), None) if field else None
        path = f"{path}.{name}" if path else name
    harmless = bool(steps) and steps[-1] in (*OWN_OPTIONS, "[key]")
    secret = as_secret or (field is not None and _can_be_secret(field) and not harmless)
    return Place(path, secret or HIDDEN in path, known, (field and field.description) or "")


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model, as in a stack file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def option_names(names: Collection[str]) -> str:
    """The names of options, without those that may be secrets which stand in a wrong place."""
    return ", ".join(name if _FLAG.fullmatch(name) else HIDDEN for name in names)


def _may_be_shown(key: str, known: Sequence[str], *, beside_secrets: bool) -> bool:
    """Whether an unknown key is one that was mistyped, rather than a secret that is where a key should be."""
    if not _KEY.fullmatch(key):
        return False
    return not beside_secrets or bool(_FLAG.fullmatch(key) or get_close_matches(key, known, n=1, cutoff=_NEAR))


def _models_of_secrets(settings: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that have secrets in them, or are set as a secret as a whole."""
    of_wholes = [field.annotation for field in settings.model_fields.values() if _is_marked(field)]
    return [model for each in of_wholes for top in models_in(each) for model in (top, *_models_within(top))]


def _models_within(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [part for field in model.model_fields.values() for part in models_in(field.annotation)]


def _can_be_secret(field: FieldInfo) -> bool:
    return _is_marked(field) or any(_is_marked(each) for each in (*field.metadata, *_parts(field.annotation)))


def _is_marked(part: Any) -> bool:
    marks = part.json_schema if isinstance(part, Kind) else getattr(part, "json_schema_extra", None)
    return isinstance(marks, dict) and SECRET.items() <= marks.items()


def _parts(annotation: Any) -> list[Any]:
    """All that an annotation is made of, at any depth."""
    return [part for each in get_args(annotation) for part in (each, *_parts(each))]


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (field.alias, name)), None)
