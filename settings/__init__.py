"""The stack's settings, typed and validated once."""

from settings.errors import SettingsError
from settings.model import (
    ClientSettings,
    DockerMachineSettings,
    EndpointSettings,
    MachineSettings,
    NetworkSettings,
    RegistrySettings,
    Settings,
    TrustKind,
    load,
)

__all__ = [
    "ClientSettings",
    "DockerMachineSettings",
    "EndpointSettings",
    "MachineSettings",
    "NetworkSettings",
    "RegistrySettings",
    "Settings",
    "SettingsError",
    "TrustKind",
    "load",
]
