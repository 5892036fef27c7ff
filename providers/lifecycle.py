"""A machine's life, from creation to removal, as plain functions over docker-machine. Nothing of Pulumi here."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from providers.docker_machine import DockerMachine, OptionValue
from providers.errors import HostKeyError, MachineError
from providers.locks import locked
from providers.login import Login
from providers.ssh import wait_for_host_key


@dataclass(frozen=True)
class Wanted:
    """A machine to make. `owner` tells whose it is; `ssh_key` (PEM) and `host_key` where they are known beforehand."""

    name: str
    owner: str
    driver: str
    options: Mapping[str, OptionValue]
    ssh_key: str | None
    host_key: str | None


def create_machine(tool: DockerMachine, wanted: Wanted) -> Login:
    """Makes a machine and returns how to log in to it.

    What an interrupted creation of the same owner left is removed first; a machine of anybody else's is a
    MachineError. The marker that tells them apart is written before docker-machine starts.
    """
    with _reserved(tool, wanted.name) as lock:
        if tool.exists(wanted.name):
            if _owner(tool, wanted.name) != wanted.owner:
                raise MachineError(
                    f"docker-machine has a machine named {wanted.name} already (in {tool.storage}), and this stack did "
                    f"not make it: choose another name, or remove it by hand: {tool.command} rm {wanted.name}"
                )
            tool.remove(wanted.name)
        _marker(tool, wanted.name).write_text(json.dumps({"owner": wanted.owner}), "utf-8")
        _meet(wanted, tool.deadline)
        with _key_option(tool, wanted) as key_option:
            tool.create(wanted.name, wanted.driver, {**wanted.options, **key_option}, lock=lock)
        return login_of(tool, wanted.name, wanted.host_key)


def login_of(tool: DockerMachine, name: str, host_key: str | None) -> Login:
    """How to log in to a machine of the store; without a known host key, the one that it shows now is taken."""
    described = tool.inspect(name)
    return Login(
        host=described.address,
        user=described.ssh_user,
        private_key=described.ssh_key_path.read_text("utf-8"),
        host_key=host_key or wait_for_host_key(described.address, described.ssh_port, tool.deadline),
        port=described.ssh_port,
    )


def remove_machine(tool: DockerMachine, name: str) -> None:
    """Removes a machine, and whatever this program has about it; what of that is gone already is no error."""
    with _reserved(tool, name):
        if tool.exists(name):
            tool.remove(name)
        shutil.rmtree(_key_folder(tool, name), ignore_errors=True)
        _marker(tool, name).unlink(missing_ok=True)
        with suppress(PermissionError):  # Windows removes no file that is open
            _lock(tool, name).unlink()


def machines_of(tool: DockerMachine, owner: str) -> list[str]:
    """The names of the machines that were made, or only begun, for that owner."""
    markers = sorted(_marker(tool, "any").parent.glob("*.json"))
    return [marker.stem for marker in markers if _owner(tool, marker.stem) == owner]


def _meet(wanted: Wanted, seconds: float) -> None:
    """docker-machine's own SSH verifies no host key: where it is known beforehand, this does, just before.

    It is also the quickest way to wait for the machine: docker-machine looks every three seconds only.
    """
    address = wanted.options.get("generic-ip-address")
    if wanted.host_key is None or not isinstance(address, str):
        return
    shown = wait_for_host_key(address, int(str(wanted.options.get("generic-ssh-port", 22))), seconds)
    if shown.split()[:2] != wanted.host_key.split()[:2]:
        raise HostKeyError(f"{address} shows the host key {shown}, but {wanted.host_key} is the known one")


@contextmanager
def _reserved(tool: DockerMachine, name: str) -> Iterator[int]:
    with locked(_lock(tool, name), f"the machine {name}", tool.deadline) as file:
        yield file


def _marker(tool: DockerMachine, name: str) -> Path:
    return tool.storage / "registry-stack" / f"{name}.json"


def _lock(tool: DockerMachine, name: str) -> Path:
    return _marker(tool, name).with_suffix(".lock")


def _key_folder(tool: DockerMachine, name: str) -> Path:
    return _marker(tool, name).with_suffix(".key")


def _owner(tool: DockerMachine, name: str) -> str | None:
    try:
        owner = json.loads(_marker(tool, name).read_text("utf-8"))["owner"]
    except (OSError, ValueError, KeyError):
        return None
    return str(owner)


@contextmanager
def _key_option(tool: DockerMachine, wanted: Wanted) -> Iterator[dict[str, str]]:
    """The generic driver takes a key as a file, which it copies by its name: one that is gone afterwards.

    If this process is killed, that is when the machine is made anew or removed; so its place is always the same.
    """
    if wanted.ssh_key is None:
        yield {}
        return
    folder = _key_folder(tool, wanted.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    path = folder / "id_rsa"
    path.touch(mode=0o600)
    try:
        path.write_text(wanted.ssh_key, "utf-8")
        yield {"generic-ssh-key": str(path)}
    finally:
        shutil.rmtree(folder)
