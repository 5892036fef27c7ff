"""Writes the launchers with which the Pulumi CLI finds this package.

python -m offline.install CHECKOUT TOOLS
"""

import stat
import sys
from importlib.metadata import version
from pathlib import Path

# Plugin -> the PyPI package of its SDK, whose version the CLI asks for.
PLUGINS = {"tls": "pulumi-tls", "command": "pulumi-command", "docker": "pulumi-docker"}


def install(checkout: Path, tools: Path) -> None:
    """Write the launchers into `tools`/bin and `tools`/pulumi-home/plugins.

    They run `tools`/venv's Python on the `offline` package in `checkout`. Written twice, they stay as they are.
    """
    python = tools.resolve() / "venv" / "bin" / "python"
    own = launcher(python, "offline.language", checkout.resolve())
    _write(tools / "bin" / "pulumi-language-python", own)
    _write(tools / "bin" / "pulumi-resource-pulumi-python", launcher(python, "pulumi.dynamic"))
    for name, package in PLUGINS.items():
        folder = tools / "pulumi-home" / "plugins" / f"resource-{name}-v{version(package)}"
        _write(folder / f"pulumi-resource-{name}", launcher(python, f"offline.{name}", checkout.resolve()))


def launcher(python: Path, module: str, checkout: Path | None = None) -> str:
    """A shell script that becomes `python -m module`, in the caller's folder.

    With a `checkout` only that is added to the import path. Without one the module is the program's own affair:
    it imports from the folder that it is started in, as dynamic providers do.
    """
    path, isolate = (f'PYTHONPATH="{checkout}" ', "-P ") if checkout else ("", "")
    return f'#!/bin/sh\n{path}exec "{python}" -u {isolate}-m {module} "$@"\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


if __name__ == "__main__":
    install(Path(sys.argv[1]), Path(sys.argv[2]))
