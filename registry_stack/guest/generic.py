"""A host that exists already, around docker-machine's work on it.

Source: docker-machine's provisioners for systems with systemd, and what Debian's docker.io has.
"""

from pathlib import Path, PurePosixPath

from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.guest.scripts import load_script

_HERE = Path(__file__).parent
_DROP_IN = PurePosixPath("/etc/systemd/system/docker.service.d/10-machine.conf")
_KEY = PurePosixPath("/etc/docker/server-key.pem")
_KNOWN = "known"


def prepare_host() -> str:
    """The script that makes a host fit for docker-machine. `was_known` reads what it prints."""
    return load_script(_HERE / "prepare_host.sh", DROP_IN=_DROP_IN, KEY=_KEY, KNOWN=_KNOWN)


def was_known(printed: str) -> bool:
    """Whether docker-machine has configured the host's engine before."""
    return printed.strip() == _KNOWN


def recover_host(*, known: bool) -> str:
    """The script that starts an engine which a failed docker-machine has left stopped."""
    return load_script(_HERE / "recover_host.sh", DROP_IN="" if known else _DROP_IN)


def protect_engine_key() -> str:
    """The script that makes the engine's key root's alone; docker-machine lets everybody read it."""
    return "".join(f"if [ -e {key} ]; then chmod 600 {key}; fi\n" for key in (_KEY, PERSISTENT / _KEY.name))
