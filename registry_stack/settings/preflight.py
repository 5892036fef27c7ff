"""Checks the workstation before anything is touched."""

import os
import platform
import shutil
import socket
import stat
import sys
from urllib.parse import urlsplit

from registry_stack.common.proxies import proxy_for
from registry_stack.settings.conflicts import planned_machines
from registry_stack.settings.errors import SettingsError, shown
from registry_stack.settings.kinds import Unfit
from registry_stack.settings.model import Settings
from registry_stack.settings.paths import with_home
from registry_stack.settings.ssh_agent import missing_agent

_ROOM = 1024 * 1024


def check_workstation(settings: Settings) -> None:
    """Raises SettingsError unless docker-machine is installed and its storage folder can be used, the key of each
    existing host can be read, a Docker engine answers if there are container machines, and no proxy is asked for the
    registry's machine."""
    _check_command(settings)
    _check_storage(settings)
    for machine in planned_machines(settings):
        if machine.settings.driver == "container":
            _check_engine(machine.name)
        if machine.settings.driver == "generic" and not machine.settings.adopt:
            key = str(machine.settings.options["generic-ssh-key"])
            check_key_file(f"registry-stack:{machine.key}.options.generic-ssh-key", key)
    for index, client in enumerate(settings.clients):
        setting = f"registry-stack:clients[{index}].host.key"
        if client.host and client.host.key:
            check_key_file(setting, client.host.key)
        elif client.host and (why := missing_agent(platform.system(), os.environ)):
            raise SettingsError(f"{setting} is missing: should be the path of a private key's file, because {why}")
    _check_proxies(settings)


def _check_command(settings: Settings) -> None:
    tool = settings.docker_machine
    if shutil.which(tool.executable) is None:
        raise SettingsError(
            f"registry-stack:dockerMachine.command is {tool.command!r}: should be an installed docker-machine "
            "(or its maintained fork, rancher-machine) on PATH"
        )


def _check_storage(settings: Settings) -> None:
    """The folder, or the one in which it will be created, takes files."""
    chosen = settings.docker_machine.storage
    said = f"registry-stack:dockerMachine.storage is {'not set' if chosen is None else repr(str(chosen))}: "
    try:
        wanted = settings.docker_machine.storage_folder
    except Unfit as error:
        raise SettingsError(f"{said}$MACHINE_STORAGE_PATH should be a folder: {error}") from None
    expected = f"{said}should be a folder that you can write to; {wanted}"
    try:
        there = next(path for path in (wanted, *wanted.parents) if path.exists())
        free = shutil.disk_usage(there).free
    except OSError as error:
        raise SettingsError(f"{expected}: {error.strerror}") from None
    if not there.is_dir():
        raise SettingsError(f"{expected}: {there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise SettingsError(f"{expected}: {there} is not yours to write to")
    if free < _ROOM:
        raise SettingsError(f"{expected}: its disk is full")


def check_key_file(setting: str, key: str) -> None:
    """Raises SettingsError unless the value of a setting is the path of a file that can be read to its end."""
    path = with_home(key)
    said = f"{setting} is {shown(key)}: should be a private key's file that you can read"
    named = "" if shown(key) != repr(key) else f"; {path}"
    try:
        # to open something else, such as a pipe, may take for ever
        if not stat.S_ISREG(path.stat().st_mode):
            raise SettingsError(f"{said}{named}: {'Is a directory' if path.is_dir() else 'Is not a file'}")
        path.open("rb").close()
    except OSError as error:
        raise SettingsError(f"{said}{named}: {error.strerror}") from None


def _check_engine(machine: str) -> None:
    if sys.platform == "win32" or platform.system() != "Linux":
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


def _check_proxies(settings: Settings) -> None:
    address, subnet = settings.registry.address, settings.network.subnet
    if variable := proxy_for(os.environ, str(address)):
        raise SettingsError(
            f"registry-stack:registry.address is '{address}': should be reached without a proxy, but {variable} is "
            f"set: name {subnet} in NO_PROXY, or use the environment of `python -m tasks env`: docs/trouble.md"
        )
