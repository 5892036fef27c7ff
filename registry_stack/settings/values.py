"""The kinds of values that settings have beside names, addresses and paths."""

import re
from datetime import timedelta
from typing import Annotated, Any

from registry_stack.common.options import OptionValue
from registry_stack.settings.kinds import SECRET, Kind, matching, plain_text, whole_number

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DURATION = "([1-9][0-9]{0,5})([dh])"
_TEN_YEARS = timedelta(days=3650)


def _flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise ValueError


def _option_value(value: Any) -> OptionValue:
    if isinstance(value, bool | int):
        return value
    return [plain_text(item) for item in value] if isinstance(value, list) else plain_text(value)


def _duration(value: Any) -> timedelta:
    found = re.fullmatch(_DURATION, value) if isinstance(value, str) else None
    length = timedelta(**{{"d": "days", "h": "hours"}[found[2]]: int(found[1])}) if found else None
    if length is None or length > _TEN_YEARS:
        raise ValueError
    return length


def duration_text(length: timedelta) -> str:
    """A duration as settings write it."""
    hours = length // timedelta(hours=1)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


Duration = Annotated[
    timedelta,
    Kind(
        _duration,
        "a duration in whole days or hours, such as 30d or 12h, of at most 3650d",
        {"type": "string", "pattern": f"^({_DURATION})$"},
    ),
]
Flag = Annotated[bool, Kind(_flag, "true or false", {"type": "boolean"})]
Label = Annotated[str, matching(_LABEL, "a name of at most 63 lower-case letters, digits and hyphens")]
Port = Annotated[int, whole_number(1, 65535, "a port from 1 to 65535")]

_OptionName = Annotated[str, matching("[a-z][a-z0-9-]*", "the name of a driver's flag, without its dashes")]
_OptionValue = Annotated[
    OptionValue,
    Kind(
        _option_value,
        "text, a number, true, false, or a list of texts",
        {"type": ["string", "integer", "boolean", "array"], "items": {"type": "string"}, **SECRET},
    ),
]
DriverOptions = dict[_OptionName, _OptionValue]
