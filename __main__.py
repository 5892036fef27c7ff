"""One `pulumi up` turns a handful of settings into a registry that every engine in the room trusts."""

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.registry_stack import RegistryStack
from registry_stack.settings import SettingsError, load
from registry_stack.settings.preflight import check_workstation

try:
    settings = load({**get_config_env(), **CONFIG.get()}, pulumi.get_project())
    check_workstation(settings)
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

for name, value in RegistryStack("registry-stack", settings).outputs.items():
    pulumi.export(name, value)
