"""Runs what is meant for a machine's root in a folder that stands for its root, with the real /bin/sh."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from registry_stack.guest.scripts import as_root

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
        return self._start(self.here(command), umask)

    def run(self, command: str, stdin: str = "") -> str:
        """Runs a command line to its end; one that fails raises CalledProcessError."""
        return _end(self.start(command), self.here(stdin))

    def start_as_root(self, script: str, umask: int = 0o022) -> subprocess.Popen[bytes]:
        """Starts a script of root's as an SSH session does, which has sent all but the script's own input."""
        command = as_root(self.here(script))
        process = self._start(command.line, umask)
        assert process.stdin is not None
        process.stdin.write(command.head.encode())
        process.stdin.flush()
        return process

    def run_as_root(self, script: str, stdin: str = "") -> str:
        """Runs a script of root's to its end, as an SSH session does; one that fails raises CalledProcessError."""
        return _end(self.start_as_root(script), self.here(stdin))

    def _start(self, command: str, umask: int) -> subprocess.Popen[bytes]:
        environment = {"PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        return subprocess.Popen(
            ["/bin/sh", "-c", command],
            env=environment,
            umask=umask,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def path(self, absolute: str) -> Path:
        return self.root / absolute.removeprefix("/")

    @property
    def bootsync(self) -> Path:
        return self.path("/var/lib/boot2docker/bootsync.sh")

    @property
    def hosts(self) -> Path:
        return self.path("/etc/hosts")


def _end(process: subprocess.Popen[bytes], stdin: str) -> str:
    with process:
        output, errors = process.communicate(stdin.encode())
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, output, errors)
    return output.decode()


def make_guest(root: Path) -> Guest:
    guest = Guest(root)
    for folder in ("etc", "var/lib/boot2docker", "bin"):
        (root / folder).mkdir(parents=True)
    guest.hosts.write_text("127.0.0.1 localhost boot2docker\n")
    sudo = root / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    return guest
