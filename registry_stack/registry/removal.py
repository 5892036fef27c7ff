"""Taking a registry away from a host that outlives its stack."""

from pathlib import Path

from registry_stack.guest.boot2docker import PERSISTENT
from registry_stack.guest.scripts import load_script
from registry_stack.registry.configuration import KEPT_CERTIFICATES, KEPT_DATA
from registry_stack.registry.restart import CONTAINER, LABEL
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root


def remove_registry(host: Login, *, with_data: bool) -> None:
    """Removes the registry's container, its certificate, key and configuration, and `with_data` what it holds."""
    script = load_script(
        Path(__file__).with_name("remove.sh"),
        CONTAINER=CONTAINER,
        LABEL=LABEL,
        FILES=KEPT_CERTIFICATES,
        DATA=KEPT_DATA if with_data else "",
        PARENT=PERSISTENT,
    )
    run_as_root(host, script, purpose="removing the registry", seconds=600)
