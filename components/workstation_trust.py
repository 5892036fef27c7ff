"""Trust of the workstation itself in the registry."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from providers.workstation_trust import WorkstationTrust
from registry_stack.guest.systems import recognise
from registry_stack.settings import Settings
from registry_stack.workstation.trust_store import Workstation

_OS_RELEASE = Path("/etc/os-release")


def workstation_trust(
    settings: Settings, anchors: Mapping[str, pulumi.Input[str]], parent: pulumi.Resource
) -> dict[str, pulumi.Output[Any]]:
    """The output `workstationTrust`: what became of it, where the settings ask for it."""
    if settings.workstation_trust == "off":
        return {}
    trust = WorkstationTrust(
        "workstation-trust",
        workstation=_here(),
        scope=settings.workstation_trust,
        reference=settings.registry.reference,
        anchors=anchors,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return {"workstationTrust": trust.status}


def _here() -> Workstation:
    home = Path.home()
    system = recognise(_OS_RELEASE.read_text("utf-8")) if _OS_RELEASE.exists() else None
    return Workstation(
        system=platform.system(),
        home=str(home),
        config=os.environ.get("XDG_CONFIG_HOME") or str(home / ".config"),
        distribution=system.name if system else "",
    )
