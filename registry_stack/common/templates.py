"""Texts with values in them."""

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"(^ +|)\$\{outputs\.([A-Za-z]+)(?:\.([A-Za-z]+))?\}", re.MULTILINE)


def fill_in(template: str, outputs: Mapping[str, Any]) -> str:
    """Puts values in the place of `${outputs.NAME}` and `${outputs.NAME.PART}`, as Pulumi Cloud does in a README.

    A list becomes lines, a mapping a list in Markdown with a line for each entry. They are indented as the place is, so
    that they stay in its list or block. Raises KeyError if there is no output of that name.
    """

    def text(place: re.Match[str]) -> str:
        indentation, name, part = place.groups()
        found = outputs[name][part] if part else outputs[name]
        return "\n".join(f"{indentation}{line}" for line in _lines(found))

    return _PLACE.sub(text, template)


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"- {name}: {each}" for name, each in value.items()]
    return value if isinstance(value, list) else [str(value)]
