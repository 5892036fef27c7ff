"""A machine's life, from creation to removal, as plain functions over docker-machine. Nothing of Pulumi here."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from registry_stack.common.errors import DeadlineError, HostKeyError, MachineError
from registry_stack.common.locks import locked
from registry_stack.common.options import OptionValue
from registry_stack.common.waiting import wait_for
from registry_stack.guest.boot2docker import renew_engine
from registry_stack.guest.scripts import as_root
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.health import heal, regenerate_certificates, wake
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.local_engine import wake_container
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_command, wait_for_host_key

_SECONDS_TO_BOOT = 10


def create_machine(tool: DockerMachine, spec: MachineSpec) -> Login:
    """Makes a machine and returns how to log in to it.

    What an interrupted creation of the same owner left is removed first; a machine of anybody else's is a
    MachineError. The marker that tells them apart is written before docker-machine starts.
    """
    with _reserved(tool, spec.name) as lock:
        if tool.store.exists(spec.name):
            if tool.store.owner(spec.name) != spec.owner:
                raise MachineError(
                    f"docker-machine already has a machine named {spec.name} (in {tool.storage}), and this stack did "
                    f"not make it: take it over with adopt: true, choose another name, or remove it by hand: "
                    f"{tool.command} rm {spec.name}"
                )
            tool.store.repair(spec.name)
            tool.remove(spec.name)
        again = tool.store.owner(spec.name) == spec.owner
        tool.store.mark(spec.name, spec.owner)
        tool.store.begin(spec.name)
        place = _meet(tool, spec)
        if again:
            _renew_engine({**spec.options, **place}, spec)
        with _key_option(tool, spec) as key_option:
            tool.create(spec.name, spec.driver, {**spec.options, **place, **key_option}, lock=lock)
        tool.store.keep(spec.name)
        tool.store.finish(spec.name)
        login = login_of(tool, spec.name, spec.host_key)
        # the steps that follow begin where a new machine answers, and see by themselves that this one has moved
        return replace(login, host=str(spec.options["generic-ip-address"])) if place else login


def adopt_machine(tool: DockerMachine, spec: MachineSpec) -> Login:
    """Takes over a machine that docker-machine has already, and makes it well; it is not marked as this program's.

    Raises MachineError if there is none of that name.
    """
    with _reserved(tool, spec.name):
        if not tool.store.exists(spec.name):
            raise MachineError(f"docker-machine has no machine named {spec.name} (in {tool.storage}) to adopt")
        wake(tool, spec.name)
        login = login_of(tool, spec.name, spec.host_key)
        heal(tool, spec.name, login)
        return replace(login, host=tool.address(spec.name))


def update_machine(tool: DockerMachine, spec: MachineSpec, known: Login, *, take_over: bool) -> str:
    """Heals a machine, with the options that it can take over in place; returns the address at which it answers."""
    with _reserved(tool, spec.name):
        wake(tool, spec.name)
        login = replace(known, host=tool.address(spec.name))
        if take_over:
            tool.store.take_over(spec.name, spec.options)
            regenerate_certificates(tool, spec.name, login)
        heal(tool, spec.name, login)
        return tool.address(spec.name)


def remove_machine(tool: DockerMachine, name: str) -> None:
    """Removes a machine, and whatever this program has about it; what of that is gone already is no error."""
    with _reserved(tool, name):
        tool.store.repair(name)
        if tool.store.exists(name):
            tool.remove(name)
        tool.store.forget(name)


def release_machine(tool: DockerMachine, name: str) -> None:
    """Leaves a machine to docker-machine and its user, with an entry that is whole: only what this program has about it
    goes."""
    with _reserved(tool, name):
        tool.store.repair(name)
        tool.store.forget(name)


def login_of(tool: DockerMachine, name: str, host_key: str | None) -> Login:
    """How to log in to a machine of the store; without a known host key, the one that it shows now is taken."""
    described = tool.inspect(name)
    address = tool.address(name)
    return Login(
        host=address,
        user=described.ssh_user,
        private_key=described.ssh_key_path.read_text("utf-8"),
        host_key=host_key or wait_for_host_key(address, described.ssh_port, tool.deadline),
        port=described.ssh_port,
    )


def _meet(tool: DockerMachine, spec: MachineSpec) -> dict[str, str]:
    """docker-machine's own SSH verifies no host key: where it is known beforehand, this does, just before.

    It is also the quickest way to wait for the machine: docker-machine looks every three seconds only. Returns the
    option that has to be another: a machine that moved before docker-machine's entry of it was lost is where it was.
    """
    first = spec.options.get("generic-ip-address")
    if spec.host_key is None or not isinstance(first, str):
        return {}
    known, port = spec.host_key, int(str(spec.options.get("generic-ssh-port", 22)))
    last = tool.store.last_address(spec.name) or first
    begun = time.monotonic()

    def met() -> str:
        if last != first:
            with suppress(DeadlineError):
                return _met_at(first, port, known)
        try:
            return _met_at(last, port, known)
        except DeadlineError:
            if spec.instance:
                wake_container(spec.name, spec.instance)
            # a destroy that was killed may have forgotten the machine, and left its container where it had moved to
            if spec.moves_to and time.monotonic() - begun > _SECONDS_TO_BOOT:
                with suppress(HostKeyError):
                    return _met_at(spec.moves_to, port, known)
            raise

    place = wait_for(f"the machine {spec.name}", met, tool.deadline, failures=(DeadlineError,))
    return {} if place == first else {"generic-ip-address": place}


def _renew_engine(options: Mapping[str, OptionValue], spec: MachineSpec) -> None:
    """A creation that was cut short may have left a Boot2Docker's engine stopped, or with a half of its certificates:
    docker-machine would wait for it in vain."""
    if spec.ssh_key and spec.host_key:
        user, host = str(options.get("generic-ssh-user", "root")), str(options["generic-ip-address"])
        login = Login(host, user, spec.ssh_key, spec.host_key)
        run_command(login, as_root(renew_engine()), purpose="starting the engine")


def _met_at(address: str, port: int, known: str) -> str:
    shown = wait_for_host_key(address, port, 0)
    if shown.split()[:2] != known.split()[:2]:
        raise HostKeyError(f"{address} presented the host key {shown}, expected {known}")
    return address


@contextmanager
def _reserved(tool: DockerMachine, name: str) -> Iterator[int]:
    with locked(tool.store.own(name, "lock"), f"the machine {name}", tool.deadline) as file:
        yield file


@contextmanager
def _key_option(tool: DockerMachine, spec: MachineSpec) -> Iterator[dict[str, str]]:
    """The generic driver takes a key as a file, which it copies by its name: one that is gone afterwards.

    If this process is killed, that is when the machine is made anew or removed; so its place is always the same.
    """
    if spec.ssh_key is None:
        yield {}
        return
    folder = tool.store.own(spec.name, "key")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    path = folder / "id_rsa"
    path.touch(mode=0o600)
    try:
        path.write_text(spec.ssh_key, "utf-8")
        yield {"generic-ssh-key": str(path)}
    finally:
        shutil.rmtree(folder)
