"""Which plugins the installed Python packages need."""

import json
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any


def plugins() -> dict[str, str]:
    """Plugin name -> version, of every installed package that says it has a resource plugin.

    Read from each package's own pulumi-plugin.json, as the official language host does.
    """
    found = dict(_plugin(package) for package in pulumi_packages())
    return {name: version for name, version in sorted(found.items()) if version}


def pulumi_packages() -> Iterator[Distribution]:
    """The installed `pulumi-*` packages, without the SDK itself."""
    for distribution in distributions():
        if distribution.name.replace("_", "-").startswith("pulumi-"):
            yield distribution


def _plugin(package: Distribution) -> tuple[str, str]:
    folder = package.name.replace("-", "_")
    path = Path(str(package.locate_file(f"{folder}/pulumi-plugin.json")))
    facts: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"resource": True}
    name = facts.get("name") or folder.removeprefix("pulumi_")
    version = str(facts.get("version") or package.version).removeprefix("v")
    return name, version if facts.get("resource") else ""
