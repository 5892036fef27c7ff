"""The registry's names on the workstation itself."""

import os
import platform
from typing import Any

import pulumi

from components.naming import child_of
from providers.hosts_file import HostsFile, HostsFileArgs
from registry_stack.settings import Settings
from registry_stack.workstation.system import hosts_path


def hosts_entries(name: str, settings: Settings, owner: str, parent: pulumi.Resource) -> dict[str, pulumi.Output[Any]]:
    """The outputs `hostsLines`, what a hosts file needs, and, if the settings want it managed, `hostsFile`: whether
    that worked, or what to do by hand."""
    registry = settings.registry
    lines = [f"{registry.address} {registry.name}", f"{registry.address} {registry.host}"]
    outputs: dict[str, pulumi.Output[Any]] = {"hostsLines": pulumi.Output.from_input(lines)}
    if settings.hosts_file == "manage":
        path = hosts_path(platform.system(), os.environ)
        outputs["hostsFile"] = HostsFile(name, HostsFileArgs(path, owner, lines), child_of(parent, name)).status
    return outputs
