"""The machine image on the real engine: what it keeps and forgets, its boot order, and what the host can see."""

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import docker
import paramiko
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from images import names
from tests.e2e.machine_container import (
    DATA,
    FIRST_ADDRESS,
    GATEWAY,
    LATER_ADDRESS,
    NAME,
    Machine,
    remove_all,
    start,
    wait_until,
)

BOOTSYNC = f"""kill $(cat /var/run/udhcpc.eth0.pid)
ifconfig eth0 {LATER_ADDRESS} netmask 255.255.255.0 broadcast 192.168.241.255 up
route add default gw {GATEWAY}
"""


def certificate_and_key() -> str:
    """A self-signed certificate with its key behind it, as somebody may leave it there by mistake."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "boot order")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = builder.sign(key, hashes.SHA256())
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return (signed.public_bytes(encoding) + private).decode()


def site_image() -> bytes:
    with contextlib.closing(docker.from_env()) as engine:
        return b"".join(engine.images.get(names.SITE).save(named=True))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with contextlib.closing(docker.from_env()) as engine:
        remove_all(engine)
        try:
            yield start(engine)
        finally:
            remove_all(engine)


@pytest.fixture(autouse=True)
def container_log(machine: Machine) -> Iterator[None]:
    """pytest shows it for a test that failed."""
    yield
    print(bytes(machine.container.logs(tail=50, stream=False)).decode())


def test_boots_as_a_boot2docker(machine: Machine) -> None:
    assert "ID=boot2docker" in machine.run("cat /etc/os-release").splitlines()
    assert machine.run("id -un; id -gn; id -u; sudo id -u").split() == ["docker", "docker", "1000", "0"]
    assert machine.run("hostname").strip() == NAME
    assert ":22 " in machine.run("netstat -tln")
    assert machine.run(f"stat -c %a {DATA}/ssh/ssh_host_ed25519_key").strip() == "600"
    machine.write(f"{DATA}/server-key.pem", "as docker-machine does it")
    assert machine.run(f"stat -c %a {DATA}/server-key.pem").strip() == "600"
    assert machine.run("cat", stdin=b"through") == "through"
    assert machine.run("sh -c 'exit 3' || echo $?").strip() == "3"


def test_commands_run_with_their_exit_code_and_files_are_copied(machine: Machine) -> None:
    with machine.connection() as transport:
        transport.auth_publickey("docker", machine.user_key)
        with contextlib.closing(transport.open_session()) as session:
            session.exec_command("exit 7")
            assert session.recv_exit_status() == 7
        files = paramiko.SFTPClient.from_transport(transport)
        assert files is not None
        with files:
            files.putfo(io.BytesIO(b"copied"), "/home/docker/copied")
    assert machine.run("cat /home/docker/copied") == "copied"


def test_passwords_are_refused(machine: Machine) -> None:
    for user in ("docker", "root"):
        with machine.connection() as transport, pytest.raises(paramiko.BadAuthenticationType) as refused:
            transport.auth_password(user, "tcuser")
        assert refused.value.allowed_types == ["publickey"]


def test_the_root_forgets_and_the_data_stays(machine: Machine) -> None:
    machine.run("docker load", stdin=site_image())
    machine.run(f"docker run -d --name site --restart=always -p 80:80 {names.SITE}")
    forgotten = ("/etc/forgotten", "/usr/local/forgotten", "/home/docker/forgotten", "/etc/docker/forgotten")
    for path in forgotten:
        machine.write(path, "gone after a reboot")
    machine.write(f"{DATA}/kept", "kept")
    machine.run("(cat /etc/hosts; echo 192.168.241.9 other) >/tmp/hosts && sudo mv /tmp/hosts /etc/hosts")
    assert "other" in machine.run("cat /etc/hosts")

    machine.reboot()

    there = machine.run(f"ls {' '.join(forgotten)} 2>/dev/null || true")
    assert there == ""
    assert "other" not in machine.run("cat /etc/hosts")
    assert machine.run(f"cat {DATA}/kept") == "kept"

    def site_runs() -> bool:
        return machine.run("docker inspect --format '{{.State.Running}}' site").strip() == "true"

    wait_until(site_runs, "the container with restart policy always to run again")
    assert Path("/proc/sys/kernel/random/boot_id").read_text().strip() != machine.boot_id()


def test_certificates_then_bootsync_then_engine(machine: Machine) -> None:
    pem = certificate_and_key()
    middle = pem.splitlines()[1]
    machine.write(f"{DATA}/certs/order.pem", pem)
    script = f"""{{
grep -cF '{middle}' /etc/ssl/certs/ca-certificates.crt
netstat -tln | grep -c '0.0.0.0:22 '
pidof dockerd || echo no engine
}} >{DATA}/order
"""
    machine.write(f"{DATA}/bootsync.sh", script)
    try:
        machine.reboot()
        assert "PRIVATE KEY" not in machine.run("cat /etc/ssl/certs/ca-certificates.crt")
        assert machine.run(f"cat {DATA}/order").splitlines() == ["1", "1", "no engine"]
        assert machine.run("sudo /etc/init.d/docker status").strip() == "the engine is running"
    finally:
        machine.run(f"sudo rm {DATA}/bootsync.sh")


def test_the_engine_stops_and_starts(machine: Machine) -> None:
    machine.run("sudo /etc/init.d/docker stop && ! docker version")
    machine.run("sudo /etc/init.d/docker start && docker version")
    machine.run("sudo /etc/init.d/docker restart && docker version")


def test_no_zombies_are_left(machine: Machine) -> None:
    machine.run("(setsid true &)")
    wait_until(lambda: " Z " not in machine.run("ps -o stat,comm | sed 's/^/ /'"), "orphans to be reaped", 10)


def test_the_text_of_commands_stays_off_the_hosts_process_list(machine: Machine) -> None:
    marker = "-----BEGIN-not-for-the-host-----"
    seen: set[bytes] = set()
    done = threading.Event()

    def sample() -> None:
        while not done.is_set():
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(entry.read_bytes())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        for _ in range(3):
            machine.run(f"printf '%s' '{marker}' | sudo tee {DATA}/secret; usleep 300000")
    finally:
        done.set()
        sampler.join()
    assert any(b"/usr/lib/machine/session" in line for line in seen), "the host's process list was not seen"
    assert not [line for line in seen if marker.encode() in line]
    assert machine.run(f"sudo cat {DATA}/secret") == marker


def test_bootsync_moves_the_address(machine: Machine) -> None:
    machine.write(f"{DATA}/bootsync.sh", BOOTSYNC)
    machine.reboot(address=LATER_ADDRESS)
    assert f"default via {GATEWAY} " in machine.run("ip route")
    assert FIRST_ADDRESS not in machine.run("ip -4 addr show eth0")
    machine.run("docker version")


def test_stops_when_told_to(machine: Machine) -> None:
    started = time.monotonic()
    machine.container.stop(timeout=20)
    machine.container.reload()
    assert machine.container.attrs["State"]["ExitCode"] == 0
    assert time.monotonic() - started < 10
