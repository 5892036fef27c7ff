"""What has to be known about an operating system to make it trust a certificate authority."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class System:
    """Facts about a kind of system, and shell commands for it.

    `ids`: values of ID and ID_LIKE in its os-release.
    `folder`, `suffix`: certificates there whose names end so are part of its trust store once `rebuild` has run.
    `rebuild_without`: runs in the place of `rebuild` after a certificate was removed, if it is not empty.
    `bundle`: the trust store as one file of PEM texts.
    `package`: has the tool that rebuilds it; empty if the system always has it.
    `restart`: restarts the service in the place of `{}` if systemd does not run.
    `forgets`: a reboot, which also restarts its engine, leaves only the files of guest.boot2docker.PERSISTENT.
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
