"""Marks around a script's output, which tell it from what a login shell, a banner or a profile prints."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mark:
    """A random word, which nothing that a host prints by itself can contain."""

    word: str = field(default_factory=lambda: f"registry-stack-{secrets.token_hex(16)}")

    def around(self, script: str) -> str:
        """The script with a mark before its output and one behind it, on its standard error before it alone. It ends
        with the script's own exit code."""
        return (
            f"echo {self.word}; echo {self.word} >&2\n"
            f"set +e\n(set -e\n{script}\n)\ncode=$?\nprintf '%s' {self.word}\nexit $code"
        )

    def between(self, output: str) -> str | None:
        """What the script printed; None if it did not come to its end."""
        _, began, rest = output.partition(f"{self.word}\n")
        said, ended, _ = rest.rpartition(self.word)
        return said if began and ended else None

    def after(self, errors: str) -> str:
        """What the script printed to its standard error; all of it if it did not begin."""
        _, began, rest = errors.partition(f"{self.word}\n")
        return rest if began else errors
