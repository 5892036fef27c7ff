"""Where a workstation's system has its hosts file, and how its user changes what the program has no right to.

Sources: hosts(5); Microsoft's "TCP/IP and NBT configuration parameters" (DataBasePath) for Windows. `system` is what
`platform.system()` says; every system but Windows is taken for a Unix.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from shlex import quote

_WINDOWS = "Windows"


def hosts_path(system: str, environment: Mapping[str, str]) -> str:
    """The system's hosts file."""
    if system == _WINDOWS:
        root = environment.get("SystemRoot") or environment.get("windir") or r"C:\Windows"
        return str(PureWindowsPath(root) / "System32" / "drivers" / "etc" / "hosts")
    return str(PurePosixPath("/etc/hosts"))


def line_end(system: str) -> bytes:
    """What a new file's lines end with."""
    return b"\r\n" if system == _WINDOWS else b"\n"


def how_to_add(system: str, path: str, lines: list[str]) -> str:
    """How a user adds lines to the file by hand, with the rights that it takes."""
    # an empty one first: the file's last line may have no end
    if system == _WINDOWS:
        values = ", ".join(f"'{line}'" for line in ["", *lines])
        return f"in PowerShell, opened with 'Run as administrator': Add-Content -Path '{path}' -Value {values}"
    # no backslashes, as printf would take: Pulumi shows each of them twice
    echoes = "; ".join(f"echo {quote(line)}" for line in lines)
    return f"(echo; {echoes}) | sudo tee -a {quote(path)}"


def how_to_edit(system: str, path: str) -> str:
    """How a user opens the file in an editor, with the rights to change it."""
    if system == _WINDOWS:
        return f"in a terminal opened with 'Run as administrator': notepad {path}"
    return f"sudo -e {quote(path)}"
