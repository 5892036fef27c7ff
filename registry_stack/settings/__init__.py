"""The stack's settings, typed and validated once."""

from registry_stack.settings.certificates import AuthoritySettings, CertificateSettings, KeyKind
from registry_stack.settings.clients import ClientSettings, HostSettings
from registry_stack.settings.errors import SettingsError
from registry_stack.settings.machines import DockerMachineSettings, MachineSettings
from registry_stack.settings.model import Settings, load, settings_of
from registry_stack.settings.network import NetworkSettings
from registry_stack.settings.registry import RegistrySettings
from registry_stack.settings.webhooks import EndpointSettings

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
    "settings_of",
]
