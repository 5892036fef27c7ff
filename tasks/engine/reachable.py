"""Whether this system can reach containers by their addresses: asked before minutes go into tools and images.

Only the standard library is imported: nothing else is there yet.
"""

import platform
from argparse import Namespace

from registry_stack.common.errors import StackError

INSTEAD = (
    "the demo needs an engine on Linux itself: on Windows that is Docker Engine inside a WSL2 distribution (not Docker"
    " Desktop), elsewhere a Linux virtual machine. Stacks whose machines are virtual machines of their own work here:"
    " Pulumi.hyperv.yaml, or driver: virtualbox"
)


def why_never(system: str) -> str | None:
    """Why such a system, as `platform.system()` names it, reaches no engine's containers; None if it may."""
    if system in {"Darwin", "Windows"}:
        return "Docker's containers are inside a virtual machine here, and their addresses cannot be reached"
    return None


def need_reachable_system(_: Namespace) -> None:
    """Raises StackError, naming what works instead, on a system that reaches no containers."""
    if why := why_never(platform.system()):
        raise StackError(f"{why}; {INSTEAD}")
