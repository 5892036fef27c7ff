"""A machine's life, from creation to removal, as plain functions over docker-machine."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from registry_stack.common.errors import MachineError
from registry_stack.common.files import create_file
from registry_stack.common.locks import locked
from registry_stack.common.options import OptionValue
from registry_stack.guest.boot2docker import renew_engine_script
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.machines.existing_host import existing_host
from registry_stack.machines.first_contact import wait_for_machine
from registry_stack.machines.health import heal, protect_engine_key, regenerate_certificates, wake
from registry_stack.machines.records import MachineRecord
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root, wait_for_host_key


def create_machine(tool: DockerMachine, spec: MachineSpec) -> Login:
    """Creates a machine and returns how to log in to it.

    What an interrupted creation of the same owner left is removed first; a machine of any other owner is a
    MachineError. The note that tells them apart is written before docker-machine starts.
    """
    with _reserved(tool, spec.name) as lock:
        record = tool.record(spec.name)
        if tool.store.exists(spec.name):
            _remove_own(tool, spec, record)
        was_begun = record.owner == spec.owner
        record.claim(spec.owner)
        record.begin()
        first, found = spec.options.get("generic-ip-address"), wait_for_machine(tool, spec)
        options = spec.options if found is None else {**spec.options, "generic-ip-address": found}
        if was_begun:
            _renew_engine(options, spec)
        with existing_host(spec, options, tool.deadline) as host, _key_option(record, spec.ssh_key) as key_option:
            tool.create(spec.name, spec.driver, {**options, **key_option}, lock=lock)
        record.keep_entry()
        record.finish()
        login = login_of(tool, spec.name, host.host_key if host else spec.host_key)
        if not spec.instance:
            protect_engine_key(login)
        # the steps that follow begin where a new machine answers, and see for themselves that this one has moved
        return login if found in (None, first) else replace(login, host=str(first))


def adopt_machine(tool: DockerMachine, spec: MachineSpec) -> Login:
    """Takes over a machine that docker-machine has already, and heals it; no note claims it for this program.

    Raises MachineError if docker-machine has no machine of that name.
    """
    with _reserved(tool, spec.name):
        if not tool.store.exists(spec.name):
            raise MachineError(f"docker-machine has no machine named {spec.name} (in {tool.storage}) to adopt")
        wake(tool, spec.name)
        login = login_of(tool, spec.name, spec.host_key)
        heal(tool, spec.name, login)
        login = replace(login, host=tool.address(spec.name))
        protect_engine_key(login)
        return login


def update_machine(tool: DockerMachine, spec: MachineSpec, known: Login, *, set_options: bool) -> str:
    """Heals a machine, and sets the options that it can take over in place if that is asked for.

    Returns the address at which it answers.
    """
    with _reserved(tool, spec.name):
        wake(tool, spec.name)
        login = replace(known, host=tool.address(spec.name))
        if set_options:
            tool.store.set_options(spec.name, spec.options)
            regenerate_certificates(tool, spec.name, login)
        heal(tool, spec.name, login)
        return tool.address(spec.name)


def remove_machine(tool: DockerMachine, name: str) -> None:
    """Removes a machine, and all that this program has about it; it is no error if a part of that is gone already."""
    with _reserved(tool, name):
        record = tool.record(name)
        record.restore_entry()
        if tool.store.exists(name):
            tool.remove(name)
        record.forget()


def release_machine(tool: DockerMachine, name: str) -> None:
    """Leaves a machine to docker-machine and its user, with a complete entry: only what this program has about it
    goes."""
    with _reserved(tool, name):
        record = tool.record(name)
        record.restore_entry()
        record.forget()


def login_of(tool: DockerMachine, name: str, host_key: str | None) -> Login:
    """How to log in to a machine of the store; without a known host key, the one that it presents now is taken."""
    described = tool.inspect(name)
    address = tool.address(name)
    return Login(
        host=address,
        user=described.ssh_user,
        private_key=described.ssh_key_path.read_text("utf-8"),
        host_key=host_key or wait_for_host_key(address, described.ssh_port, tool.deadline),
        port=described.ssh_port,
    )


def _remove_own(tool: DockerMachine, spec: MachineSpec, record: MachineRecord) -> None:
    """Removes what a creation for the same owner left."""
    if record.owner != spec.owner:
        raise MachineError(
            f"docker-machine already has a machine named {spec.name} (in {tool.storage}), and this stack did "
            f"not make it: take it over with adopt: true, choose another name, or remove it by hand: "
            f"{tool.command} rm {spec.name}"
        )
    record.restore_entry()
    tool.remove(spec.name)


def _renew_engine(options: Mapping[str, OptionValue], spec: MachineSpec) -> None:
    """Starts a Boot2Docker's engine that a creation left stopped, or with half of its certificates, when it was cut
    short. docker-machine would wait for it until it times out."""
    if spec.ssh_key and spec.host_key:
        user, host = str(options.get("generic-ssh-user", "root")), str(options["generic-ip-address"])
        login = Login(host, user, spec.ssh_key, spec.host_key)
        run_as_root(login, renew_engine_script(), purpose="starting the engine")


@contextmanager
def _reserved(tool: DockerMachine, name: str) -> Iterator[int]:
    with locked(tool.record(name).lock_file, f"the machine {name}", tool.deadline) as file:
        yield file


@contextmanager
def _key_option(record: MachineRecord, ssh_key: str | None) -> Iterator[dict[str, str]]:
    """The generic driver's option for a key. It is a file, which docker-machine copies, and which is gone afterwards.

    If this process is killed, the file goes when the machine is recreated or removed: so its place is always the same.
    """
    if ssh_key is None:
        yield {}
        return
    folder = record.key_folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    # docker-machine names its copy as this one is named
    path = folder / "id_rsa"
    try:
        create_file(path, ssh_key.encode())
        yield {"generic-ssh-key": str(path)}
    finally:
        shutil.rmtree(folder)
