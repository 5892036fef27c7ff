"""Whether an SSH agent is running on the workstation.

Sources: ssh-agent(1); Win32-OpenSSH's agent, which listens at a named pipe; PuTTY's Pageant, which has a window.
"""

import os
import sys
from collections.abc import Mapping

if sys.platform == "win32":
    from ctypes import windll

    def _has_pageant() -> bool:
        return bool(windll.user32.FindWindowA(b"Pageant", b"Pageant"))
else:

    def _has_pageant() -> bool:
        return False


_PIPES = r"\\.\pipe"
_PIPE = "openssh-ssh-agent"


def missing_agent(system: str, environment: Mapping[str, str]) -> str | None:
    """Why no agent can be asked on a system, as Python's `platform` calls it; None if one can be."""
    if system != "Windows":
        return None if environment.get("SSH_AUTH_SOCK") else "no SSH agent is running"
    if _PIPE in _names_of_pipes() or _has_pageant():
        return None
    return "no SSH agent is running, neither Windows' own (`Start-Service ssh-agent`) nor Pageant"


def _names_of_pipes() -> list[str]:
    # the folder is listed, because to look at the pipe itself is to connect to it
    try:
        return [name.lower() for name in os.listdir(_PIPES)]  # noqa: PTH208  # that folder is none for pathlib
    except OSError:
        return []
