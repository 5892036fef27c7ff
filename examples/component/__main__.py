"""A registry, and a client that trusts it, as a component of a program of your own.

Its machines are containers of the local Docker engine, from the images that `make images` makes:

    eval "$(make -s env)" && cd examples/component
    pulumi stack init demo
    pulumi up
"""

from typing import Any

import pulumi

from components.registry_stack import RegistryStack, RegistryStackArgs
from registry_stack.settings import settings_of


def container(address: str) -> dict[str, Any]:
    """A machine without a hypervisor."""
    return {"driver": "container", "options": {"container-address": address}}


settings = settings_of(
    {
        "network": {"subnet": "192.168.240.0/24", "gateway": "192.168.240.2"},
        "registry": {
            "name": "lab-registry",
            "address": "192.168.240.3",
            "image": "registry-stack/registry:2",
            "imageFrom": "workstation",
            "machine": container("192.168.240.100"),
        },
        "clients": [{"name": "lab-client", "machine": container("192.168.240.11")}],
    }
)
lab = RegistryStack("lab", RegistryStackArgs(settings))

for name, value in lab.outputs.items():
    pulumi.export(name, value)
