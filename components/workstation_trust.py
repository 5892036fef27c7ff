"""The workstation's own trust in the registry."""

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pulumi

from components.naming import child_of
from providers.workstation_trust import WorkstationTrust, WorkstationTrustArgs
from registry_stack.guest.systems import recognise
from registry_stack.settings import Settings
from registry_stack.workstation.trust_store import Workstation

_OS_RELEASE = Path("/etc/os-release")


def workstation_trust(
    name: str, settings: Settings, anchors: Mapping[str, pulumi.Input[str]], parent: pulumi.Resource
) -> dict[str, pulumi.Output[Any]]:
    """The output `workstationTrust`, if the settings ask for it: whether that worked, or what to do by hand."""
    if settings.workstation_trust == "off":
        return {}
    args = WorkstationTrustArgs(
        workstation=asdict(_here()),
        scope=settings.workstation_trust,
        reference=settings.registry.reference,
        anchors=anchors,
    )
    return {"workstationTrust": WorkstationTrust(name, args, child_of(parent, name)).status}


def _here() -> Workstation:
    home = Path.home()
    system = recognise(_OS_RELEASE.read_text("utf-8")) if _OS_RELEASE.exists() else None
    return Workstation(
        system=platform.system(),
        home=str(home),
        config=os.environ.get("XDG_CONFIG_HOME") or str(home / ".config"),
        distribution=system.name if system else "",
    )
