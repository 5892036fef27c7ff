"""One `pulumi up` turns a handful of settings into a registry that every engine in the room trusts."""

import pulumi

from components.configuration import read_settings
from components.registry_stack import RegistryStack, RegistryStackArgs
from registry_stack.common.warn_only import warn_only

warn_only()
stack = RegistryStack("registry-stack", RegistryStackArgs(read_settings()))

for name, value in stack.outputs.items():
    pulumi.export(name, value)
