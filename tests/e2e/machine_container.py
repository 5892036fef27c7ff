"""A container machine started straight from the image, without docker-machine: for the tests of the image itself."""

import contextlib
import io
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from docker import DockerClient
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from images import names
from registry_stack.common.archives import pack_files
from registry_stack.machines.container import create_options

LABEL = "registry-stack.test=machine-image"
NAME = "machine-image-test"
SUBNET, GATEWAY = "192.168.241.0/24", "192.168.241.2"
FIRST_ADDRESS, LATER_ADDRESS = "192.168.241.20", "192.168.241.3"
BOOT_SECONDS = 60
DATA = "/var/lib/boot2docker"
# What docker-machine writes, without TLS: the engine then serves its own socket alone.
PROFILE = "EXTRA_ARGS='\n--label provider=generic\n\n'\nDOCKER_STORAGE=overlay2\n"


def wait_until(condition: Callable[[], bool], what: str, seconds: float = BOOT_SECONDS) -> None:
    """Fails when `condition` has not come true after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"after {seconds} s still waiting: {what}"
        time.sleep(0.1)


@dataclass
class Machine:
    """A container machine at its present address, with what is needed to log in."""

    container: Container
    user_key: paramiko.Ed25519Key
    host_key: paramiko.PKey
    address: str = FIRST_ADDRESS

    @contextlib.contextmanager
    def connection(self) -> Iterator[paramiko.Transport]:
        """A connection that isn't logged in; the host key is the uploaded one, or this raises."""
        with (
            socket.create_connection((self.address, 22), timeout=10) as connected,
            contextlib.closing(paramiko.Transport(connected)) as transport,
        ):
            transport.start_client(timeout=10)
            assert transport.get_remote_server_key() == self.host_key
            yield transport

    def run(self, command: str, stdin: bytes = b"") -> str:
        """What the command printed; fails unless its exit code is 0."""
        with self.connection() as transport:
            transport.auth_publickey("docker", self.user_key)
            with contextlib.closing(transport.open_session(timeout=10)) as session:
                session.set_combine_stderr(True)
                session.settimeout(BOOT_SECONDS)
                session.exec_command(command)
                session.sendall(stdin)
                session.shutdown_write()
                printed = session.makefile("rb").read().decode()
                assert session.recv_exit_status() == 0, f"{command}: {printed}"
        return printed

    def boot_id(self) -> str:
        return self.run("cat /proc/sys/kernel/random/boot_id").strip()

    def reboot(self, address: str | None = None) -> None:
        """Returns when the machine has come back, at `address` if that is another than now."""
        before = self.boot_id()
        self.run("sudo shutdown -r now")
        self.address = address or self.address
        self.wait_for_boot(other_than=before)

    def wait_for_boot(self, other_than: str = "") -> None:
        """Returns when the machine answers with another boot id than that one."""

        def answers() -> bool:
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                return self.boot_id() != other_than
            return False

        wait_until(answers, "the machine to answer")

    def write(self, path: str, content: str) -> None:
        self.run(f"sudo mkdir -p {Path(path).parent} && sudo tee {path} >/dev/null", stdin=content.encode())


def new_key() -> tuple[bytes, paramiko.Ed25519Key]:
    text = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return text, paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode()))


def remove_all(engine: DockerClient) -> None:
    labelled: dict[str, str | list[str] | bool] = {"label": LABEL}
    for container in engine.containers.list(all=True, filters=labelled):
        container.remove(force=True, v=True)
    for network in engine.networks.list(filters=labelled):
        network.remove()
    for volume in engine.volumes.list(filters=labelled):
        volume.remove()


def create(engine: DockerClient) -> Container:
    """As the program does it: least privilege, and what a reboot may not lose on volumes."""
    label = dict([LABEL.split("=")])
    ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=SUBNET, gateway=GATEWAY)])
    engine.networks.create(NAME, ipam=ipam, labels=label)
    engine.volumes.create(NAME, labels=label)
    endpoint = engine.api.create_endpoint_config(ipv4_address=FIRST_ADDRESS)
    return engine.containers.create(
        names.MACHINE,
        name=NAME,
        hostname=NAME,
        labels=label,
        volumes={NAME: {"bind": DATA, "mode": "rw"}},
        network=NAME,
        networking_config={NAME: endpoint},
        **create_options(),
    )


def start(engine: DockerClient) -> Machine:
    """A machine that has booted, with its host key and the user's key uploaded before its first start."""
    container = create(engine)
    _, user_key = new_key()
    host_text, host_key = new_key()
    # with mode 0644, as it may arrive from anyone who uploads it
    userdata = pack_files({".ssh/authorized_keys": f"ssh-ed25519 {user_key.get_base64()}\n".encode()})
    files = {"userdata.tar": userdata, "ssh/ssh_host_ed25519_key": host_text, "profile": PROFILE.encode()}
    container.put_archive(DATA, pack_files(files))
    container.start()
    machine = Machine(container, user_key, host_key)
    machine.wait_for_boot()
    return machine
