"""A `docker-machine` that makes no machines: an executable of its own, with a real storage folder.

It notes every call before it does anything, with what the world looked like then, and does as told in `plan.json` of
the storage folder: `{"create": {"output": "...", "exit": 1}}`, or `"wait": true` to wait for a file `go` there.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.docker_machine import DockerMachine

_SOURCE = r"""
import json, os, pathlib, shutil, stat, sys, time

arguments = sys.argv[1:]
storage = pathlib.Path(os.environ["MACHINE_STORAGE_PATH"])
verb, name = arguments[0], arguments[-1]
folder = storage / "machines" / name
flags = dict(zip(arguments[1:-1:2], arguments[2:-1:2])) if verb == "create" else {}
marker = storage / "registry-stack" / f"{name}.json"
key = pathlib.Path(flags["--generic-ssh-key"]) if "--generic-ssh-key" in flags else None
call = {
    "arguments": arguments,
    "native_ssh": os.environ.get("MACHINE_NATIVE_SSH"),
    "marker": marker.read_text() if marker.exists() else None,
    "key": key and key.read_text(),
    "key_mode": key and stat.S_IMODE(key.stat().st_mode),
}
with (storage / "calls").open("a") as log:
    log.write(json.dumps(call) + "\n")
plan = json.loads((storage / "plan.json").read_text()) if (storage / "plan.json").exists() else {}
todo = plan.get(verb, {})
if verb == "create":
    if folder.exists():
        sys.exit(f'Docker machine "{name}" already exists')
    folder.mkdir(parents=True)
while todo.get("wait") and not (storage / "go").exists():
    time.sleep(0.01)
if "output" in todo:
    print(todo["output"], file=sys.stderr if todo.get("exit") else sys.stdout)
    sys.exit(todo.get("exit", 0))
if verb == "create":
    driver = {
        "IPAddress": flags.get("--generic-ip-address", "192.0.2.7"),
        "MachineName": name,
        "SSHUser": flags.get("--generic-ssh-user", "docker"),
        "SSHPort": int(flags.get("--generic-ssh-port", 22)),
        "SSHKeyPath": str(folder / "id_rsa"),
        "StorePath": str(storage),
    }
    (folder / "id_rsa").write_text(key.read_text() if key else "key of " + name)
    lists = ("ArbitraryFlags", "Env", "InsecureRegistry", "Labels", "RegistryMirror")
    settled = {"AuthOptions": {"ServerCertSANs": []}, "EngineOptions": {each: None for each in lists}}
    document = {"ConfigVersion": 3, "Driver": driver, "DriverName": flags["--driver"], "Name": name}
    document["HostOptions"] = settled
    (folder / "config.json").write_text(json.dumps(document, indent=4))
elif verb == "inspect":
    print((folder / "config.json").read_text())
    print("(registry0) Calling .Close")
elif verb == "ip":
    print(json.loads((folder / "config.json").read_text())["Driver"]["IPAddress"])
elif verb == "status":
    print("Running")
elif verb == "rm":
    shutil.rmtree(folder)
"""


@dataclass(frozen=True)
class MachineTool:
    """The executable, and the storage folder that it works on."""

    command: Path
    storage: Path

    @property
    def docker_machine(self) -> DockerMachine:
        return DockerMachine(str(self.command), self.storage, 10)

    @property
    def props(self) -> dict[str, Any]:
        """The property `tool` of the resources."""
        return {"command": str(self.command), "storage": str(self.storage), "deadline": 10.0}

    @property
    def calls(self) -> list[dict[str, Any]]:
        log = self.storage / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def commands(self) -> list[list[str]]:
        return [call["arguments"] for call in self.calls]

    def plan(self, **verbs: dict[str, object]) -> None:
        (self.storage / "plan.json").write_text(json.dumps(verbs))


def first_certificates(storage: Path) -> None:
    """What docker-machine's first run leaves in a storage folder, in as far as it is there."""
    (storage / "certs").mkdir(parents=True, exist_ok=True)
    for file in ("ca.pem", "ca-key.pem", "cert.pem", "key.pem"):
        (storage / "certs" / file).write_text(file)


def make_machine_tool(folder: Path) -> MachineTool:
    """The executable, with a storage folder in which there have been machines before."""
    command = folder / "docker-machine"
    command.write_text(f"#!{sys.executable} -IS\n{_SOURCE}")
    command.chmod(0o755)
    storage = folder / "storage"
    first_certificates(storage)
    return MachineTool(command, storage)
