"""Container engines, one in each file: how it comes to trust a registry."""

from collections.abc import Mapping

from registry_stack.guest.engines import containerd, docker, podman
from registry_stack.guest.engines.engine import Engine

__all__ = ["ENGINES", "Engine"]

ENGINES: Mapping[str, Engine] = {each.ENGINE.name: each.ENGINE for each in (docker, podman, containerd)}
"""The supported engines, by their names."""
