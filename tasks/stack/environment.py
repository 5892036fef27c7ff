"""The environment in which Pulumi runs in this checkout: its own tools, its own state, nothing in the home folder.

python3 -m tasks.stack.environment              prints it as lines for a shell to evaluate
python3 -m tasks.stack.environment COMMAND...   runs a command in it
"""

import hashlib
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry_stack.common.files import write_file
from tasks.layout import HERE, Layout

# The docker plugin reads these for every engine that it is told to work on, and would mix them up.
FOR_ANOTHER_ENGINE = (
    "DOCKER_CONTEXT",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DOCKER_CA_MATERIAL",
    "DOCKER_CERT_MATERIAL",
    "DOCKER_KEY_MATERIAL",
)


def pulumi_environment(layout: Layout, user: Mapping[str, str], engine: str | None = None) -> dict[str, str]:
    """What `user`, an environment, becomes for Pulumi. Pure: nothing is read or written.

    A backend, a passphrase or a secrets provider of the user's own stays. `engine` is the address of the local Docker
    engine where that is not the usual one; a context that means it is left out, for the docker plugin would prefer it.
    """
    folders = [*map(str, layout.path), *user.get("PATH", os.defpath).split(os.pathsep)]
    changes = {
        "PATH": os.pathsep.join(dict.fromkeys(folders)),
        "PULUMI_HOME": str(layout.pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if engine:
        changes["DOCKER_HOST"] = engine
    # the CLI lives for seconds: with Go's usual 100 it spends a tenth of them on collecting what it frees by ending
    defaults = {"PULUMI_BACKEND_URL": layout.state.as_uri(), "GOGC": "400"}
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & user.keys():
        defaults["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(layout.passphrase)
    kept = {name: value for name, value in user.items() if name not in FOR_ANOTHER_ENGINE}
    return {**defaults, **kept, **changes}


def environment_here(layout: Layout = HERE) -> dict[str, str]:
    """The environment for this checkout, from this process's own; makes the state's folder and the passphrase."""
    prepare_state(layout)
    keep_no_logs(layout.pulumi_home)
    return pulumi_environment(layout, os.environ, context_engine(os.environ, Path.home()))


def prepare_state(layout: Layout) -> None:
    """Makes the folder of the state and its passphrase, once: a later one could not read what this one wrote."""
    layout.state.mkdir(mode=0o700, exist_ok=True)
    if not layout.passphrase.exists():
        write_file(layout.passphrase, f"{secrets.token_urlsafe(32)}\n".encode(), mode=0o600)


def keep_no_logs(pulumi_home: Path) -> None:
    """Keeps the CLI from writing a log of all that it does, at each run, where there is no switch for that.

    It goes without where its folder can't be made. `pulumi --logtostderr -v 9` shows the same when it is wanted.
    """
    logs = pulumi_home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs, ignore_errors=True)
    if pulumi_home.is_dir():
        logs.touch()


def context_engine(user: Mapping[str, str], home: Path) -> str | None:
    """The engine's address as the user's current Docker context has it; None where no context is in use.

    Read as the docker client does: DOCKER_HOST wins, then DOCKER_CONTEXT, then `docker context use`.
    """
    if user.get("DOCKER_HOST"):
        return None
    folder = Path(user.get("DOCKER_CONFIG") or home / ".docker")
    name = str(user.get("DOCKER_CONTEXT") or _json(folder / "config.json").get("currentContext", "default"))
    if name == "default":
        return None
    meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    host = _json(meta).get("Endpoints", {}).get("docker", {}).get("Host")
    return str(host) if host else None


def shell_lines(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The lines that turn one environment into another in a POSIX shell."""
    unset = [f"unset {name}" for name in sorted(before.keys() - after.keys())]
    changed = sorted(name for name, value in after.items() if before.get(name) != value)
    return [*unset, *(f"export {name}={shlex.quote(after[name])}" for name in changed)]


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def main(command: list[str]) -> int:
    """Returns the exit code, the command's own if there is one."""
    if not HERE.python.exists():
        print("the project's tools are not there yet: run `make tools`", file=sys.stderr)
        return 1
    environment = environment_here()
    if command:
        if os.name == "posix":
            # in this process's place, so that ^C is the command's alone to answer
            os.execvpe(command[0], command, environment)  # noqa: S606  # no shell is what is wanted
        return subprocess.run(command, env=environment, check=False).returncode
    print("\n".join(shell_lines(os.environ, environment)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
