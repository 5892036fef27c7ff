"""Values as the SDK sends them to the engine, with secrets wrapped."""

from typing import Any

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def is_secret(value: object) -> bool:
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def opened_up(value: Any) -> Any:
    """A value with its secrets laid open."""
    if is_secret(value):
        return opened_up(value["value"])
    if isinstance(value, dict):
        return {key: opened_up(each) for key, each in value.items()}
    return [opened_up(each) for each in value] if isinstance(value, list) else value


def plain_text(value: Any) -> str:
    """All that a state file would show of a value."""
    if is_secret(value):
        return ""
    if isinstance(value, dict):
        return " ".join(f"{key} {plain_text(each)}" for key, each in value.items())
    return " ".join(map(plain_text, value)) if isinstance(value, list) else str(value)


def as_secret(value: object) -> object:
    """A value as a secret; one that is a secret already is left as it is."""
    return value if is_secret(value) else {_SIGNATURE: _SECRET, "value": value}
