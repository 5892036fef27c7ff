"""Labels: a list of objects in a program, a mapping in the engine."""

from offline.kit.values import Properties


def to_engine(entries: list[Properties] | None) -> dict[str, str]:
    """What the engine's API takes."""
    return {entry["label"]: entry["value"] for entry in entries or []}


def from_engine(labels: dict[str, str] | None) -> list[Properties]:
    """What the program has."""
    return [{"label": label, "value": value} for label, value in (labels or {}).items()]
