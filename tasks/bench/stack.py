"""The bench's own stack: the demo's settings in another network, with its own backend and storage folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from registry_stack.remote.docker_engine import PORT
from registry_stack.remote.local_engine import OWNER
from registry_stack.settings import Settings, load
from tasks.demo.tour import REPOSITORY, pull_site, push_site
from tasks.layout import HERE
from tasks.stack.outputs import Client

PROJECT = "registry-stack"
# no other checkout's bench and no user's stack has this name, so what is marked with it may be removed
STACK = f"bench-{sha256(str(HERE.checkout).encode()).hexdigest()[:8]}"
LABELS = {OWNER: f"{PROJECT}-{STACK}"}
DEMO_NETWORK, NETWORK = "192.168.233.", "192.168.236."


@dataclass(frozen=True)
class BenchStack:
    """One run's stack. `folder` holds everything that it leaves on the workstation, `environment` is Pulumi's.

    `lock` is an open file that commands inherit, so that no other run begins while one of them is alive.
    """

    checkout: Path
    folder: Path
    environment: Mapping[str, str]
    lock: int
    settings: Settings

    @classmethod
    def make(cls, checkout: Path, folder: Path, environment: Mapping[str, str], lock: int) -> "BenchStack":
        """Prepares the stack in a new folder."""
        (folder / "state").mkdir(mode=0o700, parents=True)
        (folder / "stack").mkdir()
        config = own_config((checkout / "Pulumi.demo.yaml").read_text("utf-8"), folder / "docker-machine")
        own = {**environment, "PULUMI_BACKEND_URL": (folder / "state").as_uri()}
        settings = load({key: json.dumps(value) for key, value in config.items()}, PROJECT)
        stack = cls(checkout, folder, own, lock, settings)
        # `stack init` writes its salt into the stack file beside the project file: this one is not the checkout's
        stack.stack_file.write_text(yaml.safe_dump({"config": config}), "utf-8")
        (stack.stack_file.parent / "Pulumi.yaml").write_bytes((checkout / "Pulumi.yaml").read_bytes())
        return stack

    @property
    def stack_file(self) -> Path:
        """The stack's settings."""
        return self.folder / "stack" / f"Pulumi.{STACK}.yaml"

    @property
    def storage(self) -> Path:
        """docker-machine's storage folder."""
        return self.settings.docker_machine.storage_folder

    def check(self) -> None:
        """The first client pushes an image, the last pulls it. Raises StackError, or what the engines raise."""
        first, *_, last = (self._client(name) for name in list(self.settings.machines)[1:])
        repository = f"{self.settings.registry.reference}/{REPOSITORY}"
        pull_site(last, repository, push_site(first, repository))

    def _client(self, name: str) -> Client:
        address = str(self.settings.machines[name].options["container-address"])
        folder = self.storage / "machines" / name
        return Client.model_validate(
            {"address": address, "engine": f"tcp://{address}:{PORT}", "certPath": folder, "trust": ""}
        )


def own_config(demo: str, storage: Path) -> dict[str, Any]:
    """The configuration of the bench's stack, from the demo's stack file."""
    config: dict[str, Any] = yaml.safe_load(demo.replace(DEMO_NETWORK, NETWORK))["config"]
    return {**config, f"{PROJECT}:dockerMachine": {"storage": str(storage)}}
