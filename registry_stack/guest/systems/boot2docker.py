"""Boot2Docker, which installs its certificates at boot, into a system that lives in memory.

Source: files/bootsync.sh of boot2docker/boot2docker, v19.03: each .pem and .crt in /var/lib/boot2docker/certs is linked
into /usr/local/share/ca-certificates/boot2docker, as a .crt, then Tiny Core's own script rebuilds the store.
"""

from pathlib import Path, PurePosixPath

from registry_stack.guest.boot2docker import CERTIFICATES
from registry_stack.guest.scripts import load_script
from registry_stack.guest.systems.system import System

_LINKS = PurePosixPath("/usr/local/share/ca-certificates/boot2docker")
_TOOL = "/usr/local/tce.installed/ca-certificates"

SYSTEM = System(
    name="boot2docker",
    ids=("boot2docker",),
    folder=CERTIFICATES,
    suffix=".pem",
    rebuild=load_script(Path(__file__).with_suffix(".sh"), CERTIFICATES=CERTIFICATES, LINKS=_LINKS, TOOL=_TOOL),
    bundle=PurePosixPath("/etc/ssl/certs/ca-certificates.crt"),
    restart="/etc/init.d/{} restart",
    package="",
    forgets=True,
)
