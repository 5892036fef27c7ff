"""Processes for dynamic providers: each works on four resources at once, and costs another hundred MB of Python.

They are explicit resources so that containers can depend on them: when a container is replaced, Pulumi deletes its
dependants first and would otherwise close a provider that is still registering.
"""

from math import ceil

import pulumi

from components.naming import formerly
from registry_stack.settings import Settings

_AT_ONCE = 4


def provider_processes(name: str, settings: Settings) -> list[pulumi.ProviderResource]:
    """As many processes for the stack of that name as its machines and hosts can use and the settings allow."""
    wanted = ceil(min(1 + len(settings.clients), settings.docker_machine.parallel) / _AT_ONCE)
    return [_process(f"{name}-process-{number}", name) for number in range(1, wanted + 1)]


def _process(name: str, stack: str) -> pulumi.ProviderResource:
    opts = pulumi.ResourceOptions(aliases=formerly(name, stack))
    return pulumi.ProviderResource("pulumi-python", name, {}, opts)
