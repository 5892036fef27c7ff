"""Runs what is meant for a machine's root in a folder that stands for its root, with the real /bin/sh."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PATHS = re.compile(r"(?<![\w.])/(?=(?:etc|proc|run/systemd|usr/local|var/lib)/)")


@dataclass(frozen=True)
class Guest:
    """A folder with /etc/hosts, /var/lib/boot2docker, and a `sudo` that changes nothing."""

    root: Path

    def here(self, script: str) -> str:
        """A script with the machine's paths turned into those of the folder."""
        return _PATHS.sub(f"{self.root}/", script)

    def start(self, command: str, umask: int = 0o022) -> subprocess.Popen[bytes]:
        """Starts a command line as the machine's SSH server would."""
        environment = {"PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        return subprocess.Popen(
            ["/bin/sh", "-c", self.here(command)],
            env=environment,
            umask=umask,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, command: str, stdin: str = "") -> str:
        """Runs a command line to its end; one that fails raises CalledProcessError."""
        with self.start(command) as process:
            output, errors = process.communicate(self.here(stdin).encode())
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command, output, errors)
        return output.decode()

    def path(self, absolute: str) -> Path:
        return self.root / absolute.removeprefix("/")

    @property
    def bootsync(self) -> Path:
        return self.path("/var/lib/boot2docker/bootsync.sh")

    @property
    def hosts(self) -> Path:
        return self.path("/etc/hosts")


def make_guest(root: Path) -> Guest:
    guest = Guest(root)
    for folder in ("etc", "var/lib/boot2docker", "bin"):
        (root / folder).mkdir(parents=True)
    guest.hosts.write_text("127.0.0.1 localhost boot2docker\n")
    sudo = root / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    return guest
