"""Processes for dynamic providers: each works on four resources at once, and starts another hundred MB of Python.

They are resources of their own, for what a machine runs on has to come after its process: where a container is
replaced, Pulumi deletes first what depends on it, and would close the connection of a process that registers meanwhile.
"""

from math import ceil

import pulumi

from registry_stack.settings import Settings

_AT_ONCE = 4


def processes(settings: Settings) -> list[pulumi.ProviderResource]:
    """As many processes as the machines and hosts can use and the settings allow."""
    wanted = ceil(min(1 + len(settings.clients), settings.docker_machine.parallel) / _AT_ONCE)
    return [pulumi.ProviderResource("pulumi-python", f"process-{number}", {}) for number in range(1, wanted + 1)]
