"""Faulty settings, in the words of the stack file: the key, its value, and what is expected.

A value that can be a secret is never shown, nor is one that was set as a secret. What stands in a wrong place may be
one as well: of a list or a mapping only that is shown, and of an unknown key nothing unless it looks like a key.
"""

import json
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from registry_stack.settings.places import HIDDEN, Place, find_place

_EXPECTED = {
    "model_type": "should be a mapping of keys to values",
    "dict_type": "should be a mapping of keys to values",
    "tuple_type": "should be a list",
}
_OF_PARTS = ("model_type", "dict_type", "tuple_type")
_LONGEST = 300
# "user:password@host", which is not the "name:tag@sha256:..." of an image
_LOGIN = re.compile("[^\\s:/@]:[^\\s/@]*@(?!sha[0-9])|://[^/?#]*@")
# the body of a private key without its frame; that of a public key begins with AAAA
_KEY_BODY = re.compile("(?<![A-Za-z0-9+])(?!AAAA)(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[A-Za-z0-9+]{40}")


class SettingsError(Exception):
    """One line for each fault in a stack's settings."""


def describe(error: ValidationError, project: str, model: type[BaseModel], secrets: Collection[str] = ()) -> str:
    """A line for each fault: `project:key is value: should be ...`. `secrets`: the keys that were set as secrets."""
    return "\n".join(_line(details, project, model, secrets) for details in error.errors())


def shown(value: object, *, secret: bool = False) -> str:
    """What an error shows of a value, in one line."""
    if value is None:
        return "not set"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, str) and "-----BEGIN" in value:
        return "(PEM)"
    if secret:
        return HIDDEN
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"text of {len(value)} characters"
    if isinstance(value, str) and (_LOGIN.search(value) or _KEY_BODY.search(value)):
        return HIDDEN
    text = repr(value)
    return text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]}..."


def _line(details: ErrorDetails, project: str, model: type[BaseModel], secrets: Collection[str]) -> str:
    context = details.get("ctx", {})
    steps = (*details["loc"], *_steps(context.get("key", "")))
    place = find_place(steps, model, secrets)
    key = f"{project}:{place.path}"
    match details["type"]:
        case "extra_forbidden":
            return f"{key} is unknown: {_nearest(steps, place)}"
        case "missing":
            return f"{key} is missing: {place.description}"
        case kind if kind in _OF_PARTS and isinstance(details["input"], str):
            return f"{key} is text: {_EXPECTED[kind]}{_flaw_of_json(details['input'])}"
        case kind:
            value = shown(context.get("value", details["input"]), secret=place.secret)
            expected = _EXPECTED.get(kind, details["msg"].removeprefix("Input "))
            return f"{key} is {value}: {expected}"


def _steps(key: str) -> Iterator[int | str]:
    for step in re.findall(r"[^.\[\]]+", key):
        yield int(step) if step.isdigit() else step


def _flaw_of_json(text: str) -> str:
    """Why a text that looks like JSON is none: not a word of it, only where."""
    if not text.lstrip().startswith(("[", "{")):
        return ""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"; the text is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        return "; the text is not valid JSON: it is nested too deeply, or has a number that is too long"
    return ""


def _nearest(steps: tuple[int | str, ...], place: Place) -> str:
    known = ", ".join(place.known)
    if HIDDEN in place.path:
        return f"known are {known}"
    near = get_close_matches(str(steps[-1]), place.known, n=1, cutoff=0.0)
    return f"did you mean {near[0]}? (known: {known})"
