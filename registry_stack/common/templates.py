"""Texts with values in them."""

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"\$\{outputs\.([A-Za-z]+)(?:\.([A-Za-z]+))?\}")


def fill_in(template: str, outputs: Mapping[str, Any]) -> str:
    """Puts values in the place of `${outputs.NAME}` and `${outputs.NAME.PART}`, as Pulumi Cloud does in a README.

    A mapping becomes a list with a line for each entry. Raises KeyError if there is no output of that name.
    """

    def value(place: re.Match[str]) -> str:
        found = outputs[place[1]]
        return _text(found[place[2]] if place[2] else found)

    return _PLACE.sub(value, template)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"- {name}: {each}" for name, each in value.items())
    return "\n".join(value) if isinstance(value, list) else str(value)
