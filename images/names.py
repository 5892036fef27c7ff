"""Tags of the images on the workstation's engine."""

from typing import Final

MACHINE: Final = "registry-stack/machine:1"
REGISTRY: Final = "registry-stack/registry:2"
SITE: Final = "registry-stack/site:1"
