"""Processes for dynamic providers: each works on four resources at once, and starts another hundred MB of Python."""

from math import ceil

import pulumi

from settings import Settings

_AT_ONCE = 4


def processes(settings: Settings, parent: pulumi.Resource) -> list[pulumi.ProviderResource | None]:
    """As many processes as the machines can use and the settings allow; None is the one that there always is."""
    wanted = ceil(min(len(settings.machines), settings.docker_machine.parallel) / _AT_ONCE)
    opts = pulumi.ResourceOptions(parent=parent)
    more = [pulumi.ProviderResource("pulumi-python", f"process-{number}", {}, opts) for number in range(2, wanted + 1)]
    return [None, *more]
