"""Where the shared stack's secrets are not: plain state, command lines, what was printed, logs, other users' reach."""

import pytest

from registry_stack.remote.ssh import run_script
from tasks.demo.client_engine import engine
from tasks.layout import HERE
from tasks.stack.outputs import Outputs
from tests.e2e.shared.conftest import HEADER
from tests.e2e.shared.watch import ProcessWatch
from tests.e2e.stack import KEY, Stack


@pytest.fixture(scope="module")
def secrets(stack: Stack) -> list[str]:
    """The header's value, and the lines of every private key's second half: the first has the public key in it."""
    keys = [key.splitlines() for key in stack.private_keys()]
    bodies = [line for key in keys for line in key[len(key) // 2 :] if len(line) > 40]
    assert len(bodies) > 100
    return [HEADER, *bodies]


def found(secrets: list[str], text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_exported_state(stack: Stack, secrets: list[str]) -> None:
    exported = stack.export()
    assert '"urn"' in exported
    assert KEY not in exported
    assert found(secrets, exported) == []


def test_files_of_the_backend(stack: Stack, secrets: list[str]) -> None:
    files = [path for path in (stack.folder / "state").rglob("*") if path.is_file()]
    assert {"stacks", "history", "backups"} <= {part for path in files for part in path.parts}
    assert [path for path in files if found([KEY, *secrets], path.read_text("utf-8"))] == []


def test_command_lines(watch: ProcessWatch, secrets: list[str]) -> None:
    assert watch.looks > 50
    assert any("docker-machine create" in line for line in watch.seen)
    assert any("/usr/lib/machine/session" in line for line in watch.seen), "what runs in machines was not seen"
    assert found(secrets, "\n".join(watch.seen)) == []


def test_what_was_printed(stack: Stack, secrets: list[str]) -> None:
    printed = "\n".join(stack.said)
    assert "registry-container created" in printed
    assert found([KEY, *secrets], printed) == []


def test_logs(stack: Stack, outputs: Outputs, secrets: list[str]) -> None:
    begun = stack.file.stat().st_mtime
    kept = [log for log in (HERE.pulumi_home / "logs").glob("*.log") if log.stat().st_mtime >= begun]
    with engine(f"tcp://{outputs.address}:2376", stack.storage / "machines" / outputs.machine) as docker:
        registry = docker.containers.get("registry").logs().decode("utf-8", "replace")
    assert "/v2/" in registry
    assert found([KEY, *secrets], "\n".join([registry, *(log.read_text("utf-8", "replace") for log in kept)])) == []


def test_key_files_are_for_their_owner_alone(stack: Stack) -> None:
    files = stack.key_files()
    assert {"ca-key.pem", "key.pem", "server-key.pem", "id_rsa"} <= {path.name for path in files}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_key_files_on_the_machines_are_roots_alone(stack: Stack, outputs: Outputs) -> None:
    login = stack.login(outputs.machine, outputs.address)
    folder = "/var/lib/boot2docker/registry-certs"
    modes = run_script(login, f"sudo stat -c '%a %U' {folder}/registry-key.pem {folder}/config.yml")
    assert modes.splitlines() == ["600 root"] * 2
    readable = run_script(login, "sudo find /var/lib/boot2docker /etc/docker -name '*key*' -perm /077 ! -name '*.pub'")
    assert readable == ""
