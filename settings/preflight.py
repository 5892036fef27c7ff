"""What the workstation must have, looked at before anything is touched."""

import os
import platform
import shutil
import socket
from urllib.parse import urlsplit

from settings.errors import SettingsError
from settings.model import Settings


def check_workstation(settings: Settings) -> None:
    """Raises SettingsError unless docker-machine is installed and, for container machines, a Docker engine answers."""
    command = settings.docker_machine.command
    if shutil.which(command) is None:
        raise SettingsError(
            f"registry-stack:dockerMachine.command is {command!r}: should be an installed docker-machine "
            f"(or its maintained fork, rancher-machine); it was not found on PATH"
        )
    for name, machine in settings.machines.items():
        if machine.driver == "container":
            _check_engine(name)


def _check_engine(machine: str) -> None:
    if platform.system() != "Linux":
        raise SettingsError(
            f"registry-stack: the driver of {machine} is 'container': on {platform.system()} Docker runs in a VM, "
            "whose containers can't be reached by address: use WSL2, a Linux VM, or the driver virtualbox or hyperv"
        )
    engine = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    if engine.scheme != "unix":
        return
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(engine.path)
    except OSError as error:
        raise SettingsError(
            f"registry-stack: the driver of {machine} is 'container', which needs the workstation's Docker engine: "
            f"{engine.path}: {error.strerror}"
        ) from None
