"""Which versions belong together, read from the two files that say so: requirements.txt and offline/go/go.mod."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

PLUGINS = ("tls", "command", "docker")


@dataclass(frozen=True, order=True)
class Version:
    """A version's numbers, without what may follow them."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def version_in(text: str) -> Version | None:
    """The first version that `text` names, say what a program prints when asked for its own; None without one."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return Version(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def required(text: str, name: str) -> Version:
    """As `version_in`, for a text that must have one. Raises ValueError, naming `name`."""
    version = version_in(text)
    if version is None:
        raise ValueError(f"no version of {name} in {text!r}")
    return version


def pinned_packages(requirements: str) -> dict[str, str]:
    """Package -> version, of a requirements file that names each as `package==version`."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", requirements, re.MULTILINE))


def pinned_plugins(requirements: str, names: Sequence[str] = PLUGINS) -> dict[str, str]:
    """Pulumi plugin -> version: an SDK package works with the plugin of its own version."""
    packages = pinned_packages(requirements)
    return {name: packages[f"pulumi-{name}"] for name in names}


def pinned_modules(go_mod: str) -> dict[str, str]:
    """Go module -> version (as `v1.2.3`), of what a go.mod requires."""
    return dict(re.findall(r"^\s*(?:require )?(\S+\.\S+/\S+) (v\S+)(?: // indirect)?$", go_mod, re.MULTILINE))


def oldest_go(go_mod: str) -> Version:
    """The oldest Go that a go.mod allows. Raises ValueError if it does not say."""
    line = re.search(r"^go (\S+)$", go_mod, re.MULTILINE)
    return required(line[1] if line else "", "Go")
