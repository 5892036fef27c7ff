"""Boot2Docker, which installs its certificates at boot, into a system that lives in memory.

Source: files/bootsync.sh of boot2docker/boot2docker, v19.03: each .pem and .crt in /var/lib/boot2docker/certs is linked
into /usr/local/share/ca-certificates/boot2docker, as a .crt, then Tiny Core's own script rebuilds the store.
"""

from pathlib import PurePosixPath

from registry_stack.guest.boot2docker import CERTIFICATES
from registry_stack.guest.systems.system import System

_LINKS = PurePosixPath("/usr/local/share/ca-certificates/boot2docker")
_TOOL = "/usr/local/tce.installed/ca-certificates"
# what its boot does, and links to files that are gone go
_AS_AT_BOOT = (
    f"mkdir -p {_LINKS}; "
    f"for file in {CERTIFICATES}/*.pem; do "
    f'if [ -e "$file" ]; then ln -sf "$file" {_LINKS}/"$(basename "$file")".crt; fi; done; '
    f'for link in {_LINKS}/*; do if [ ! -e "$link" ]; then rm -f "$link"; fi; done; '
    f"if [ -x {_TOOL} ]; then {_TOOL}; else update-ca-certificates; fi"
)

SYSTEM = System(
    name="boot2docker",
    ids=("boot2docker",),
    folder=CERTIFICATES,
    suffix=".pem",
    rebuild=_AS_AT_BOOT,
    bundle=PurePosixPath("/etc/ssl/certs/ca-certificates.crt"),
    restart="/etc/init.d/{} restart",
    package="",
    forgets=True,
)
