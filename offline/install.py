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
    home = checkout.resolve()
    _write(tools / "bin" / "pulumi-language-python", launcher(python, home, "-P -m offline.language"))
    _write(tools / "bin" / "pulumi-resource-pulumi-python", launcher(python, home, _plugin("pulumi.dynamic")))
    for name, package in PLUGINS.items():
        folder = tools / "pulumi-home" / "plugins" / f"resource-{name}-v{version(package)}"
        _write(folder / f"pulumi-resource-{name}", launcher(python, home, _plugin(f"offline.{name}")))


def launcher(python: Path, checkout: Path, arguments: str) -> str:
    """A shell script that runs a module of this package, in `checkout`, from the caller's folder."""
    return f'#!/bin/sh\nPYTHONPATH="{checkout}" exec "{python}" -u {arguments} "$@"\n'


def _plugin(module: str) -> str:
    # without what the packages of the environment do at a start, which the launcher has no use for
    return f"-S -P -m offline.early.launcher {module}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


if __name__ == "__main__":
    install(Path(sys.argv[1]), Path(sys.argv[2]))
