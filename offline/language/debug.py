"""The SDK's debug messages: six for each resource, of which it waits for each to arrive, a tenth of an `up`."""

import re
from pathlib import Path

# What makes the CLI show or log them. One letter may stand among others.
_ASKING = re.compile(r"-[A-Za-z]*[dv]|--(debug|verbose|logtostderr)")


def is_asked_for(cli: int) -> bool:
    """Whether the CLI, the process of that number, is to show debug messages; so it is if its arguments are unknown."""
    try:
        arguments = Path(f"/proc/{cli}/cmdline").read_text("utf-8").split("\0")
    except (OSError, UnicodeDecodeError):
        return True
    return not any(arguments) or any(_ASKING.match(argument) for argument in arguments)
