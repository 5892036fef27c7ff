"""Runs what is meant for a machine's root in a folder that stands for its root, with the real /bin/sh."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import pytest

from registry_stack.guest.scripts import Command, as_root

_PATHS = re.compile(r"(?<![\w.])/(?=(?:etc|proc|run/systemd|usr/local|var/lib)/)")
_TOOLS = ["awk", "cat", "chmod", "cmp", "cp", "cut", "dd", "grep", "head", "ln", "ls", "mkdir", "mv", "readlink", "rm"]
_TOOLS += ["rmdir", "sed", "sha256sum", "sleep", "tail", "tr", "wc"]
SHELLS = [shell for shell in ("sh", "busybox") if shutil.which(shell)]
"""By which shell a guest's scripts are run; with busybox, whose own tools come first."""


@dataclass(frozen=True)
class Guest:
    """A folder with /etc/hosts, /var/lib/boot2docker, and a `sudo` that changes nothing."""

    root: Path
    shell: str = "sh"

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
        command = self._as_root(self.here(script))
        process = self._start(command.line, umask)
        assert process.stdin is not None
        process.stdin.write(command.head.encode())
        process.stdin.flush()
        return process

    def run_as_root(self, script: str, stdin: str = "") -> str:
        """Runs a script of root's to its end, as an SSH session does; one that fails raises CalledProcessError."""
        return _end(self.start_as_root(script), self.here(stdin))

    def _as_root(self, script: str) -> Command:
        if self.shell == "sh":
            return as_root(script)
        return Command(f"exec {self.shell} sh -c {quote(f'umask 022; set -e{chr(10)}{script}')}", "")

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


def make_guest(root: Path, shell: str = "sh") -> Guest:
    guest = Guest(root, shell)
    for folder in ("etc", "var/lib/boot2docker", "bin"):
        (root / folder).mkdir(parents=True)
    guest.hosts.write_text("127.0.0.1 localhost boot2docker\n")
    sudo = root / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    if shell != "sh":
        for tool in _TOOLS:
            (root / "bin" / tool).symlink_to(shutil.which(shell) or shell)
    return guest


@contextmanager
def full_disk(folder: Path, size: int = 16) -> Iterator[Path]:
    """The folder's files on a disk of so many KiB, which they and another file fill; yields that file's path. It takes
    root to mount one. Afterwards the folder is as it was before."""
    if os.geteuid():
        pytest.skip("a disk of its own needs root")
    aside = folder.with_name(f"{folder.name}.aside")
    folder.rename(aside)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k,mode=755", "tmpfs", str(folder)], check=True)
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True, symlinks=True)
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as filling, suppress(OSError):
            while filling.write(b"0" * 512):
                pass
        yield filler
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()
        aside.rename(folder)
