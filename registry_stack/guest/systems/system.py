"""What there is to know of an operating system to make it trust a certificate authority."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class System:
    """Facts about a kind of system, and shell commands for it.

    `ids` are values of ID and ID_LIKE in its os-release. Certificates in `folder` whose names end with `suffix` are
    part of its trust store once `rebuild` has run, or `rebuild_without` after one of them was removed; `bundle` is then
    the store as one file of PEM texts. `package` has the tool that does it. `restart`, with the service's name for
    `{}`, is for where systemd does not run. `forgets`: of its files only those of guest.boot2docker.PERSISTENT outlast
    a reboot, which is how it restarts its engine.
    """

    name: str
    ids: tuple[str, ...]
    folder: PurePosixPath
    suffix: str
    rebuild: str
    bundle: PurePosixPath
    restart: str
    rebuild_without: str = ""
    package: str = "ca-certificates"
    forgets: bool = False

    def restart_command(self, service: str) -> str:
        """The command that restarts a service."""
        return (
            f"if [ -d /run/systemd/system ]; then systemctl restart {service}; else {self.restart.format(service)}; fi"
        )
