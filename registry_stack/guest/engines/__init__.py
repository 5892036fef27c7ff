"""Container engines, one a file: how each trusts a registry."""

from collections.abc import Mapping

from registry_stack.guest.engines import containerd, docker, podman
from registry_stack.guest.engines.engine import Engine

__all__ = ["ENGINES", "Engine"]

ENGINES: Mapping[str, Engine] = {each.ENGINE.name: each.ENGINE for each in (docker, podman, containerd)}
"""The engines known, by their names."""
