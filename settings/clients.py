"""The settings of clients."""

from typing import Literal

from settings.base import Model
from settings.machines import MachineSettings
from settings.values import DnsName

TrustKind = Literal["boot2docker", "engine"]


class ClientSettings(Model):
    """A machine whose engine shall trust the registry."""

    name: DnsName
    trust: TrustKind = "engine"
    machine: MachineSettings | None = None
