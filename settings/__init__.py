"""The stack's settings, typed and validated once."""

from settings.certificates import AuthoritySettings, CertificateSettings, KeyKind
from settings.clients import ClientSettings, HostSettings
from settings.errors import SettingsError
from settings.machines import DockerMachineSettings, MachineSettings
from settings.model import EndpointSettings, NetworkSettings, RegistrySettings, Settings, load

__all__ = [
    "AuthoritySettings",
    "CertificateSettings",
    "ClientSettings",
    "DockerMachineSettings",
    "EndpointSettings",
    "HostSettings",
    "KeyKind",
    "MachineSettings",
    "NetworkSettings",
    "RegistrySettings",
    "Settings",
    "SettingsError",
    "load",
]
