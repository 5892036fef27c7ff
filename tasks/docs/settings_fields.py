"""The settings as a list: each with its key in the stack file, in the order of the models."""

from collections.abc import Iterator
from datetime import timedelta
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from registry_stack.settings import Settings
from registry_stack.settings.base import models_in
from registry_stack.settings.kinds import SECRET
from registry_stack.settings.values import duration_text

Plain = str | int | bool
# their parts are listed once, under a key of their own: `machine`
_SHARED = [field.annotation for field in Settings.model_fields.values()]


def all_fields(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting with its key, such as `clients[].host.port`."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        yield key, field
        for part in models_in(field.annotation):
            if not prefix or part not in _SHARED:
                yield from all_fields(part, f"{key}[]." if is_list(field) else f"{key}.")


def is_list(field: FieldInfo) -> bool:
    """Whether a setting takes a list."""
    return get_origin(field.annotation) is tuple


def may_be_secret(field: FieldInfo) -> bool:
    """Whether a setting as a whole may be encrypted."""
    marks = field.json_schema_extra
    return isinstance(marks, dict) and SECRET.items() <= marks.items()


def as_written(default: object) -> Plain | None:
    """A default as a stack file would write it; None for a model, a list, a mapping, or nothing."""
    if isinstance(default, timedelta):
        return duration_text(default)
    return default if isinstance(default, str | int | bool) else None
