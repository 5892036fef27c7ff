"""Tags of the images on the workstation's engine."""

from typing import Final

MACHINE: Final = "registry-stack/machine:1"
REGISTRY: Final = "registry-stack/registry:2"
SITE: Final = "registry-stack/site:1"
HOST: Final = "registry-stack/host:1"
SYSTEMS: Final = {
    "debian": "registry-stack/host-debian:1",
    "alpine": "registry-stack/host-alpine:1",
    "rhel": "registry-stack/host-rhel:1",
    "suse": "registry-stack/host-suse:1",
}
