"""Checks the workstation before anything is touched."""

import os
import platform
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

from registry_stack.settings.clients import HostSettings
from registry_stack.settings.errors import SettingsError
from registry_stack.settings.model import Settings


def check_workstation(settings: Settings) -> None:
    """Raises SettingsError unless docker-machine is installed, the key of each existing host can be read, and a Docker
    engine answers if there are container machines."""
    command = settings.docker_machine.command
    if shutil.which(command) is None:
        raise SettingsError(
            f"registry-stack:dockerMachine.command is {command!r}: should be an installed docker-machine "
            "(or its maintained fork, rancher-machine) on PATH"
        )
    for name, machine in settings.machines.items():
        if machine.driver == "container":
            _check_engine(name)
    for index, client in enumerate(settings.clients):
        if client.host:
            _check_key(f"registry-stack:clients[{index}].host.key", client.host)


def _check_key(setting: str, host: HostSettings) -> None:
    if host.key is None:
        # on Windows the agent is found without the variable
        if platform.system() != "Windows" and not os.environ.get("SSH_AUTH_SOCK"):
            raise SettingsError(
                f"{setting} is missing: should be the path of a private key's file, because no SSH agent is running"
            )
        return
    path = Path(host.key).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        raise SettingsError(
            f"{setting} is {host.key!r}: should be a private key's file that you can read; {path}: {error.strerror}"
        ) from None


def _check_engine(machine: str) -> None:
    if platform.system() != "Linux":
        raise SettingsError(
            f"registry-stack: the driver of {machine} is 'container', but on {platform.system()} Docker runs in a VM, "
            "whose containers can't be reached by address; use WSL2, a Linux VM, or the driver virtualbox or hyperv"
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
