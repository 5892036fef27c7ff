"""A stack of a test's own: its own names, subnet, backend and storage folder; the project's tools and images."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import docker
import yaml

from registry_stack.remote.local_engine import OWNER
from registry_stack.remote.login import Login
from tasks.layout import HERE
from tasks.stack.environment import pulumi_environment
from tasks.stack.outputs import Outputs

PROJECT = "registry-stack"
KEY = "PRIVATE KEY-----"
SECONDS = 900


def container_settings(subnet: str, clients: dict[str, str]) -> dict[str, Any]:
    """Settings of a stack of container machines in `subnet`, three bytes of it; clients by name with their trust."""
    machines = {
        name: {"driver": "container", "options": {"container-address": f"{subnet}.{number}"}}
        for number, name in enumerate(["registry", *clients], 100)
    }
    return {
        "network": {"subnet": f"{subnet}.0/24", "gateway": f"{subnet}.2"},
        "registry": {
            "name": "e2e-registry",
            "address": f"{subnet}.3",
            "image": "registry-stack/registry:2",
            "imageFrom": "workstation",
            "machine": machines["registry"],
        },
        "clients": [{"name": name, "trust": trust, "machine": machines[name]} for name, trust in clients.items()],
    }


@dataclass(frozen=True)
class Stack:
    """A stack whose backend, stack file and machines are all in `folder`, which stacks may share.

    `said` is all that its operations printed.
    """

    name: str
    folder: Path
    environment: dict[str, str]
    program: Path = HERE.checkout
    said: list[str] = field(default_factory=list)

    @classmethod
    def make(
        cls, name: str, folder: Path, settings: dict[str, Any] | None = None, program: Path = HERE.checkout
    ) -> Self:
        """Makes the stack, with nothing in it yet."""
        for part in ("state", "temporary"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        environment = {
            **pulumi_environment(HERE, os.environ),
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "only for a test",
            "TMPDIR": str(folder / "temporary"),
        }
        environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        stack = cls(name, folder, environment, program)
        if settings is not None:
            stack.set(settings)
        stack.init()
        return stack

    def init(self) -> None:
        """Makes the stack in the backend. That writes beside the project's file: not into the checkout."""
        (self.folder / "Pulumi.yaml").write_bytes((self.program / "Pulumi.yaml").read_bytes())
        self.pulumi("stack", "init", "--no-select", self.name, at=self.folder)

    @property
    def owner(self) -> str:
        """What the stack's containers, network and machines are marked with."""
        return f"{PROJECT}-{self.name}"

    @property
    def storage(self) -> Path:
        """docker-machine's storage folder."""
        return self.folder / "docker-machine"

    @property
    def file(self) -> Path:
        """The stack's settings."""
        return self.folder / f"Pulumi.{self.name}.yaml"

    def set(self, settings: dict[str, Any]) -> None:
        """Writes the settings into the stack file, which keeps what Pulumi has added to it."""
        document = yaml.safe_load(self.file.read_text("utf-8")) if self.file.exists() else {}
        own = {"dockerMachine": {"storage": str(self.storage), "deadline": 120}, **settings}
        document["config"] = {f"{PROJECT}:{key}": value for key, value in own.items()}
        self.file.write_text(yaml.safe_dump(document), "utf-8")

    def set_secret(self, key: str, value: object) -> None:
        """Writes one setting as a secret."""
        own = ["--config-file", str(self.file), "--stack", self.name]
        self.pulumi("config", "set", "--secret", f"{PROJECT}:{key}", json.dumps(value), *own)

    def command(self, *arguments: str) -> list[str]:
        """Pulumi's command line for an operation on the stack."""
        own = ["--cwd", str(self.program), "--stack", self.name, "--config-file", str(self.file)]
        return ["pulumi", "--non-interactive", *arguments, *own]

    def attempt(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs an operation; its output and error together."""
        done = subprocess.run(
            self.command(*arguments),
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self.said.append(done.stdout)
        return done

    def up(self, *options: str) -> str:
        """`pulumi up`, which has to succeed; what it printed."""
        return self._succeed("up", "--yes", "--skip-preview", *options)

    def refresh(self, *options: str) -> str:
        """`pulumi refresh`, which has to succeed; what it printed."""
        return self._succeed("refresh", "--yes", "--skip-preview", *options)

    def destroy(self) -> str:
        """`pulumi destroy`, which has to succeed; what it printed."""
        return self._succeed("destroy", "--yes", "--skip-preview")

    def preview(self, *options: str) -> str:
        """`pulumi preview`, which has to succeed; what it printed."""
        return self._succeed("preview", *options)

    def output(self) -> str:
        """The stack's outputs as JSON."""
        return self.pulumi("stack", "output", "--json", "--stack", self.name)

    def outputs(self) -> Outputs:
        """The stack's outputs."""
        return Outputs.parse(self.output())

    def export(self, *options: str) -> str:
        """The state as text."""
        return self.pulumi("stack", "export", "--stack", self.name, *options)

    def login(self, machine: str, address: str) -> Login:
        """How to log in to a machine of the stack that answers at `address` now."""
        resources = json.loads(self.export("--show-secrets"))["deployment"]["resources"]
        (outputs,) = [
            each["outputs"]
            for each in resources
            if each["type"].endswith("registry:Machine") and each["inputs"]["name"] == machine
        ]
        # a secret is exported as an object that holds its JSON
        key = json.loads(outputs["private_key"]["plaintext"])
        return Login(address, outputs["user"], key, outputs["host_key"])

    def urn(self, name: str) -> str:
        """The URN of the one resource whose name ends so. In earlier versions the stack's name did not come before
        it."""
        (urn,) = [
            each["urn"]
            for each in json.loads(self.export())["deployment"]["resources"]
            if each["urn"].split("::")[-1].removeprefix(f"{PROJECT}-") == name
        ]
        return str(urn)

    def private_keys(self) -> list[str]:
        """Every private key of the stack, PEM or OpenSSH text: those in the state, decrypted, and docker-machine's."""
        texts = [path.read_text("utf-8") for path in self.key_files()]
        secrets = json.loads(self.export("--show-secrets"))["deployment"]["resources"]
        return [*texts, *(text for text in strings(secrets) if text.startswith("-----BEGIN") and KEY in text)]

    def key_files(self) -> list[Path]:
        """The files in docker-machine's storage folder that hold private keys."""
        return [path for path in self.storage.rglob("*") if path.name.endswith(("key.pem", "id_rsa"))]

    def pulumi(self, *arguments: str, at: Path | None = None) -> str:
        """A command that is quick and takes no stack file; what it printed."""
        command = ["pulumi", "--non-interactive", "--cwd", str(at or self.program), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command} exited with {done.returncode}:\n{done.stderr}"
        return done.stdout

    def _succeed(self, *arguments: str) -> str:
        done = self.attempt(*arguments)
        assert done.returncode == 0, f"pulumi {arguments[0]} exited with {done.returncode}:\n{done.stdout[-6000:]}"
        return done.stdout


def strings(value: object) -> Iterator[str]:
    """Every text in a JSON document, and in the documents that some of its texts are, as exported secrets are."""
    match value:
        case dict():
            yield from (text for each in value.values() for text in strings(each))
        case list():
            yield from (text for each in value for text in strings(each))
        case str() if value.startswith(('"', "{", "[")):
            yield from strings(json.loads(value))
        case str():
            yield value


def left_of(stack: Stack) -> list[str]:
    """Whatever of the stack is still there: containers, networks, docker-machine's entries, their marks and locks."""
    containers, networks = _marked(docker.from_env(), stack.owner)
    entries = [str(path) for path in (*stack.storage.glob("machines/**/*"), *stack.storage.glob("registry-stack/*"))]
    return [*(str(each.name) for each in (*containers, *networks)), *entries]


def volumes_of(stack: Stack) -> set[str]:
    """The names of the volumes that the stack's containers have."""
    containers, _ = _marked(docker.from_env(), stack.owner)
    return {mount["Name"] for each in containers for mount in each.attrs["Mounts"] if mount["Type"] == "volume"}


def volumes_here() -> set[str]:
    """The names of all volumes of the engine."""
    return {str(volume.name) for volume in docker.from_env().volumes.list()}


def remove_interrupted(owner: str) -> None:
    """Removes by label what an interrupted test run has left on the engine."""
    containers, networks = _marked(docker.from_env(), owner)
    for container in containers:
        container.remove(force=True, v=True)
    for network in networks:
        network.remove()


@contextmanager
def taken_down(stack: Stack) -> Iterator[Stack]:
    """The stack for as long as it is used; afterwards nothing of it is left, however the test ended."""
    try:
        yield stack
    finally:
        stack.attempt("destroy", "--yes", "--skip-preview")
        remove_interrupted(stack.owner)


def logs(stack: Stack) -> str:
    """The last lines of the stack's machines, for a test that failed."""
    containers, _ = _marked(docker.from_env(), stack.owner)
    return "\n".join(f"--- {each.name}\n{each.logs(tail=30).decode('utf-8', 'replace')}" for each in containers)


def _marked(engine: docker.DockerClient, owner: str) -> tuple[list[Any], list[Any]]:
    filters: dict[str, str | list[str] | bool] = {"label": f"{OWNER}={owner}"}
    return engine.containers.list(all=True, filters=filters), engine.networks.list(filters=filters)
