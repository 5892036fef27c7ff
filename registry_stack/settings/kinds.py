"""How a kind of value is made: what it accepts, what an error says of it, and its JSON Schema."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# JSON Schema's mark of a value that may be secret; such a value may be encrypted in a stack file, as `secure: ...`
SECRET: JsonDict = {"writeOnly": True}

# NUL ends a text for every other program; half a character, as JSON's escapes can write it, is in none
_UNFIT_FOR_PROGRAMS = re.compile("[\0\ud800-\udfff]")


class Unfit(ValueError):  # noqa: N818  # only `Kind` sees it
    """Why a value is refused. A user reads the text, so it must not hold the value, which may be secret."""


@dataclass(frozen=True, eq=False)
class Kind:
    """`read` returns the value that a setting has, or raises ValueError; "should be `expected`" is the error then, and
    the reason as well if it raises Unfit."""

    read: Callable[[Any], Any]
    expected: str
    json_schema: JsonDict

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.accept)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonDict:
        return dict(self.json_schema)

    def accept(self, value: Any) -> Any:
        """What `read` returns. Raises PydanticCustomError, whose context has what is `expected`."""
        try:
            return self.read(value)
        except ValueError as error:
            expected = f"{self.expected}: {error}" if isinstance(error, Unfit) else self.expected
            raise PydanticCustomError("value", "should be {expected}", {"expected": expected}) from None


def matching(pattern: str, expected: str, check: Callable[[str], object] = bool) -> Kind:
    """A text that fits a pattern as a whole; `check` raises ValueError for what no pattern can say."""
    whole = re.compile(pattern)

    def read(value: Any) -> str:
        if not isinstance(value, str) or not whole.fullmatch(value):
            raise ValueError
        check(value)
        return value

    return Kind(read, expected, {"type": "string", "pattern": f"^({pattern})$"})


def whole_number(least: int, most: int, expected: str) -> Kind:
    """An integer of a range. True and false are not numbers here, as they are in Python."""

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError
        return value

    return Kind(read, expected, {"type": "integer", "minimum": least, "maximum": most})


def kind_of(annotation: Any) -> Kind:
    """The kind that an annotated type names."""
    return next(part for part in get_args(annotation) if isinstance(part, Kind))


def plain_text(value: Any) -> str:
    """A text that any other program can be given. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError
    if _UNFIT_FOR_PROGRAMS.search(value):
        raise Unfit("it has a NUL or half of a character in it")
    return value
