"""How a run of the program ended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`shown` when the user has read already why it failed, `error` when not."""

    error: str = ""
    shown: bool = False
