"""Writes what the Pulumi CLI finds this package by.

python -m offline.install CHECKOUT TOOLS [--plugins]
"""

import shutil
import stat
import sys
from importlib.metadata import version
from pathlib import Path

# Plugin -> the PyPI package of its SDK, whose version the CLI asks for.
PLUGINS = {"tls": "pulumi-tls", "command": "pulumi-command", "docker": "pulumi-docker"}
LANGUAGE_HOST = ("pulumi-language-python", "pulumi-resource-pulumi-python")


def install(checkout: Path, tools: Path) -> None:
    """Write the language host into `tools`/bin, and the plugins that it runs into `tools`/pulumi-home/plugins.

    They run `tools`/venv's Python on the `offline` package in `checkout`. Written twice, they stay as they are.
    """
    host, dynamic = (tools / "bin" / name for name in LANGUAGE_HOST)
    _write_program(host, launcher(checkout, tools, "offline.language"))
    # The CLI looks for it here, and where it finds a folder, it leaves the rest to the host.
    _write_project(dynamic, "pulumi.dynamic")
    for name in PLUGINS:
        _write_project(folder(tools, name), f"offline.{name}")


def install_plugins(checkout: Path, tools: Path) -> None:
    """Write the plugins for a language host that is Pulumi's own, as programs."""
    for name in PLUGINS:
        path = folder(tools, name) / f"pulumi-resource-{name}"
        _write_program(path, launcher(checkout, tools, f"offline.{name}"))


def folder(tools: Path, name: str) -> Path:
    """Where the CLI has a plugin."""
    return tools / "pulumi-home" / "plugins" / f"resource-{name}-v{version(PLUGINS[name])}"


def launcher(checkout: Path, tools: Path, module: str) -> str:
    """A shell script that runs a module of this package, in `checkout`, from the caller's folder."""
    python = tools.resolve() / "venv" / "bin" / "python"
    return f'#!/bin/sh\nPYTHONPATH="{checkout.resolve()}" exec "{python}" -u -P -m {module} "$@"\n'


def project(module: str) -> str:
    """A PulumiPlugin.yaml, which makes the CLI leave a plugin to the language host."""
    return f"runtime:\n  name: python\n  options:\n    module: {module}\n"


def _write_project(path: Path, module: str) -> None:
    if path.is_file():
        path.unlink()
    _write(path / "PulumiPlugin.yaml", project(module))


def _write_program(path: Path, text: str) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    _write(path, text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    (install_plugins if "--plugins" in sys.argv[3:] else install)(Path(sys.argv[1]), Path(sys.argv[2]))
