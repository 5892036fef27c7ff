"""What the models of all settings share."""

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Model(BaseModel):
    """Settings as they stand in the stack file: camel case, no unknown keys, and no values in error texts.

    Each field has a description in Markdown. The schema of stack files, docs/settings.md and Pulumi.yaml are made from
    them by `make docs`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field's annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def fault(key: str, value: object, expected: str) -> PydanticCustomError:
    """A fault that a model finds by itself. `key` is relative to that model, `expected` completes "should be ..."."""
    plain = value is None or isinstance(value, bool | int | list | dict)
    context = {"key": key, "value": value if plain else str(value), "expected": expected}
    return PydanticCustomError("fault", "should be {expected}", context)
