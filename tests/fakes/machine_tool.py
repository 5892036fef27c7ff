"""A `docker-machine` that makes no machines: an executable of its own, with a real storage folder.

It notes every call before it does anything, with what the world looked like then, and does as told in the files of the
storage folder's `plan`: `create.output` (with `create.once`, one time only) and `create.exit`, or `create.wait` to wait
for a file `go` in the storage folder. It is a script for the shell: a test may call it a dozen times, and Python starts
slowly.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_stack.machines.docker_machine import DockerMachine

_SOURCE = r"""#!/bin/sh
set -e
cd "$MACHINE_STORAGE_PATH"
verb=$1 address=192.0.2.7 user=docker port=22 key=
for name; do :; done
folder=machines/$name marker=registry-stack/$name.json

note() { printf '%s\036%s\037' "$1" "$2"; }

{
    for each; do note argument "$each"; done
    [ -z "${MACHINE_NATIVE_SSH+set}" ] || note native_ssh "$MACHINE_NATIVE_SSH"
    [ ! -e "$marker" ] || note marker "$(cat "$marker")"
    if [ "$verb" = create ]; then
        shift
        while [ $# -gt 1 ]; do
            case $1 in
                --driver) driver=$2 ;;
                --generic-ip-address) address=$2 ;;
                --generic-ssh-user) user=$2 ;;
                --generic-ssh-port) port=$2 ;;
                --generic-ssh-key) key=$2 ;;
            esac
            shift 2
        done
    fi
    if [ -n "$key" ]; then
        note key "$(cat "$key"; echo .)"
        note key_mode "$(stat -c %a "$key")"
    fi
    note end
} >>calls

if [ "$verb" = create ]; then
    if [ -e "$folder" ]; then
        echo "Docker machine \"$name\" already exists" >&2
        exit 1
    fi
    mkdir -p "$folder"
fi
while [ -e "plan/$verb.wait" ] && [ ! -e go ]; do sleep 0.01; done
if [ -e "plan/$verb.exit" ]; then
    cat "plan/$verb.output" >&2
    exit "$(cat "plan/$verb.exit")"
fi
if [ -e "plan/$verb.output" ]; then
    cat "plan/$verb.output"
    if [ -e "plan/$verb.once" ]; then rm "plan/$verb.output"; fi
    exit
fi

case $verb in
    create)
        if [ -n "$key" ]; then cp "$key" "$folder/id_rsa"; else printf %s "key of $name" >"$folder/id_rsa"; fi
        cat >"$folder/config.json" <<END ;;
{
    "ConfigVersion": 3,
    "Driver": {
        "IPAddress": "$address",
        "MachineName": "$name",
        "SSHUser": "$user",
        "SSHPort": $port,
        "SSHKeyPath": "$PWD/$folder/id_rsa",
        "StorePath": "$PWD"
    },
    "DriverName": "$driver",
    "Name": "$name",
    "HostOptions": {
        "AuthOptions": {"ServerCertSANs": []},
        "EngineOptions": {
            "ArbitraryFlags": null, "Env": null, "InsecureRegistry": null, "Labels": null, "RegistryMirror": null
        }
    }
}
END
    inspect) cat "$folder/config.json" && echo && echo "(registry0) Calling .Close" ;;
    ip) sed -n 's/.*"IPAddress": "\([^"]*\)".*/\1/p' "$folder/config.json" ;;
    status) echo Running ;;
    rm) rm -r "$folder" ;;
esac
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
        """Of each call `arguments`, and as far as there were any `native_ssh`, `marker`, `key` and `key_mode`."""
        log = self.storage / "calls"
        *whole, _ = log.read_text().split("end\x1e\x1f") if log.exists() else [""]
        return [_call(each) for each in whole]

    @property
    def commands(self) -> list[list[str]]:
        return [call["arguments"] for call in self.calls]

    def plan(self, **verbs: dict[str, object]) -> None:
        """What is to happen from now on, as in `create={"output": "...", "exit": 1}` or `create={"wait": True}`."""
        shutil.rmtree(self.storage / "plan", ignore_errors=True)
        (self.storage / "plan").mkdir()
        for verb, todo in verbs.items():
            for what, value in todo.items():
                (self.storage / "plan" / f"{verb}.{what}").write_text(f"{value}\n")


def _call(noted: str) -> dict[str, Any]:
    fields = [field.split("\x1e") for field in noted.split("\x1f") if field]
    one: dict[str, Any] = dict.fromkeys(("native_ssh", "marker", "key", "key_mode")) | dict(fields)
    one["arguments"] = [value for kind, value in fields if kind == "argument"]
    if one["key"]:
        one |= {"key": one["key"].removesuffix("."), "key_mode": int(one["key_mode"], 8)}
    return one


def first_certificates(storage: Path) -> None:
    """What docker-machine's first run leaves in a storage folder, in as far as it is there."""
    (storage / "certs").mkdir(parents=True, exist_ok=True)
    for file in ("ca.pem", "ca-key.pem", "cert.pem", "key.pem"):
        (storage / "certs" / file).write_text(file)


def make_machine_tool(folder: Path) -> MachineTool:
    """The executable, with a storage folder in which there have been machines before."""
    command = folder / "docker-machine"
    command.write_text(_SOURCE)
    command.chmod(0o755)
    storage = folder / "storage"
    first_certificates(storage)
    return MachineTool(command, storage)
