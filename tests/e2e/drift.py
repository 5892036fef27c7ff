"""What can happen to a machine behind the program's back, done to machines of a test's stack."""

import datetime
import json
import os
import ssl
from pathlib import Path
from shutil import rmtree

import docker
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from registry_stack.guest import boot2docker
from registry_stack.guest.scripts import write_file
from registry_stack.machines.docker_machine import DockerMachine
from registry_stack.remote.docker_engine import PORT
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import reboot
from registry_stack.remote.ssh import run_as_root
from tests.certificates import Authority, Issued
from tests.e2e.stack import Stack

SECONDS = 60


def docker_machine(stack: Stack) -> DockerMachine:
    """The real docker-machine on the stack's storage folder."""
    return DockerMachine("docker-machine", stack.storage, SECONDS)


def lose_the_entry(stack: Stack, machine: str) -> None:
    """Removes docker-machine's entry. With the generic driver it removes nothing else."""
    docker_machine(stack).remove(machine)


def cut_the_entry(stack: Stack, machine: str) -> None:
    """Leaves what a crash of docker-machine leaves while it writes."""
    config = stack.storage / "machines" / machine / "config.json"
    os.truncate(config, config.stat().st_size // 2)


def lose_power(stack: Stack, machine: str) -> None:
    """Stops the machine's container, without a word to what runs in it."""
    docker.from_env().containers.get(f"{stack.owner}-{machine}").kill()


def lose_the_machine(stack: Stack, machine: str) -> None:
    """Removes the machine's container with everything that it has kept; docker-machine's entry stays."""
    docker.from_env().containers.get(f"{stack.owner}-{machine}").remove(force=True, v=True)


def lose_everything(stack: Stack) -> None:
    """Leaves the state alone, as on another workstation."""
    for machine in stack.storage.joinpath("machines").iterdir():
        lose_the_machine(stack, machine.name)
    docker.from_env().networks.get(stack.owner).remove()
    rmtree(stack.storage)


def lose_the_address(login: Login, first: str) -> None:
    """Makes the machine's bootsync.sh forget the static address, so that it boots with its first one."""
    run_as_root(login, boot2docker.remove_block(boot2docker.STATIC_ADDRESS))
    reboot(login, first, SECONDS)


def foreign_certificate(login: Login) -> Issued:
    """A server certificate of an authority that nobody knows."""
    return Authority("somebody else").issue(login.host)


def expired_certificate(stack: Stack, login: Login) -> Issued:
    """The engine's own certificate as it will be when it has expired, signed by docker-machine's authority."""
    own = x509.load_pem_x509_certificate(certificate_shown(login.host).encode())
    authority = load_pem_private_key((stack.storage / "certs" / "ca-key.pem").read_bytes(), None)
    ended = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    builder = (
        x509.CertificateBuilder(own.issuer, own.subject, own.public_key(), x509.random_serial_number())
        .not_valid_before(ended - datetime.timedelta(days=1))
        .not_valid_after(ended)
    )
    for extension in own.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    signed = builder.sign(authority, SHA256())  # type: ignore[arg-type]  # docker-machine's key is of RSA
    key = run_as_root(login, f"cat {boot2docker.PERSISTENT}/server-key.pem")
    return Issued(signed.public_bytes(Encoding.PEM).decode(), key)


def certify(login: Login, issued: Issued) -> None:
    """Replaces the engine's certificate and restarts the engine."""
    for file, content in (("server.pem", issued.certificate), ("server-key.pem", issued.key)):
        run_as_root(login, write_file(boot2docker.PERSISTENT / file, mode="600"), stdin=content)
    run_as_root(login, "/etc/init.d/docker restart")


def certificate_shown(address: str) -> str:
    """The certificate, as PEM, that the engine at that address shows."""
    return ssl.get_server_certificate((address, PORT), timeout=SECONDS)


def names_certified(address: str) -> list[str]:
    """The DNS names that the certificate of the engine at that address is for."""
    shown = x509.load_pem_x509_certificate(certificate_shown(address).encode())
    found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.get_values_for_type(x509.DNSName)


def entry(stack: Stack, machine: str) -> Path:
    """The machine's entry in docker-machine's store."""
    return stack.storage / "machines" / machine / "config.json"


def serial(stack: Stack, machine: str) -> str:
    """Changes whenever the machine is recreated, whatever its name."""
    resources = json.loads(stack.export())["deployment"]["resources"]
    machines = [each for each in resources if each["type"].endswith("dynamic/registry:Machine")]
    (found,) = [each for each in machines if each["inputs"]["name"] == machine]
    return str(found["outputs"]["serial"])
