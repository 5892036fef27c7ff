"""One environment turned into another, in the words of a shell. Pure."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shell:
    """How a shell sets a variable for the commands that it runs (name, value), and how it removes one (name)."""

    set: Callable[[str, str], str]
    unset: Callable[[str], str]

    def lines(self, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
        """The lines that turn `before` into `after`: removals first, each part by name."""
        removed = [self.unset(name) for name in sorted(before.keys() - after.keys())]
        changed = sorted(name for name, value in after.items() if before.get(name) != value)
        return [*removed, *(self.set(name, after[name]) for name in changed)]


def quote_for_powershell(text: str) -> str:
    """An expression of PowerShell, in one line of ASCII, whose value is `text`.

    One line, because Invoke-Expression evaluates each piped line on its own; ASCII, because programs on Windows differ
    in their encodings. Every other character is written as the numbers of its UTF-16.
    """
    parts = re.findall(r"[ -~]+|[^ -~]", text)
    words = [_literal(part) if part.isascii() and part.isprintable() else _characters(part) for part in parts]
    return " + ".join(words if parts and words[0].startswith("'") else ["''", *words])


def quote_for_fish(text: str) -> str:
    """A word in single quotes. Between them, fish treats only a backslash before a quote or a backslash specially."""
    return "'" + re.sub(r"([\\'])", r"\\\1", text) + "'"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _characters(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    numbers = (int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2))
    return " + ".join(f"[char]{number}" for number in numbers)


SHELLS = {
    "posix": Shell(lambda name, value: f"export {name}={shlex.quote(value)}", lambda name: f"unset {name}"),
    "powershell": Shell(
        lambda name, value: f"$env:{name} = {quote_for_powershell(value)}",
        lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue",
    ),
    "fish": Shell(lambda name, value: f"set -gx {name} {quote_for_fish(value)}", lambda name: f"set -e {name}"),
}
