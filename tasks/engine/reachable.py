"""Whether this system can reach containers by their addresses, asked before tools and images are made for nothing.

python -m tasks.engine.reachable

Only the standard library: nothing is installed yet.
"""

import platform
import sys

INSTEAD = (
    "the demo needs an engine on Linux itself: on Windows that is Docker Engine inside a WSL2 distribution (not Docker"
    " Desktop), elsewhere a Linux virtual machine. Stacks whose machines are virtual machines of their own work here:"
    " Pulumi.hyperv.yaml, or driver: virtualbox"
)


def why_never(system: str) -> str | None:
    """Why no engine of such a system, as `platform.system()` names it, has containers that it reaches; or None."""
    if system in {"Darwin", "Windows"}:
        return "Docker's containers are inside a virtual machine here, and their addresses cannot be reached"
    return None


def main() -> int:
    """Returns the exit code."""
    why = why_never(platform.system())
    if why:
        print(f"make demo: {why}; {INSTEAD}", file=sys.stderr)
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
