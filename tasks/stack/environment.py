"""The environment in which Pulumi runs in this checkout: its own tools, its own state, nothing in the home folder."""

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from registry_stack.common.errors import StackError
from registry_stack.common.files import write_file
from registry_stack.common.proxies import without_proxies
from tasks.command import spelled
from tasks.foreground import become
from tasks.layout import HERE, Layout
from tasks.stack.shells import SHELLS

# The docker plugin applies these to every engine that it works on, not only to the one that they belong to.
FOR_ANOTHER_ENGINE = (
    "DOCKER_CONTEXT",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DOCKER_CA_MATERIAL",
    "DOCKER_CERT_MATERIAL",
    "DOCKER_KEY_MATERIAL",
)
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_ADDRESS = re.compile(rf"(?<![0-9.])(?:{_OCTET}\.){{3}}{_OCTET}(?:/(?:3[0-2]|[12]?[0-9]))?(?![0-9.])")


# Each of Pulumi's commands starts Python again. What it compiles has to be kept, or each takes a third longer.
COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"
LANGUAGE_HOST = "pulumi-language-python"


def pulumi_environment(
    layout: Layout,
    user: Mapping[str, str],
    engine: str | None = None,
    own_host: bool = False,
    machines: Iterable[str] = (),
) -> dict[str, str]:
    """The environment `user`, changed for Pulumi. Pure: nothing is read or written.

    The user's own backend, passphrase and secrets provider stay. `engine` is the address of the local Docker engine, if
    it is not the usual one. The variable that names a Docker context is left out: the docker plugin would prefer it.
    `own_host` says that the language host is the project's own, which does not go with plugins from elsewhere on PATH.
    `machines` are addresses and networks that no proxy is asked for.
    """
    folders = [*map(str, layout.path), *user.get("PATH", os.defpath).split(os.pathsep)]
    changes = {
        "PATH": os.pathsep.join(dict.fromkeys(folders)),
        "PULUMI_HOME": str(layout.pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if engine:
        changes["DOCKER_HOST"] = engine
    if own_host:
        changes["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"
    # the CLI lives for seconds: with Go's default of 100 it spends a tenth of them on garbage that its end frees anyway
    defaults = {"PULUMI_BACKEND_URL": layout.state.as_uri(), "GOGC": "400"}
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & user.keys():
        defaults["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(layout.passphrase)
    kept = {name: value for name, value in user.items() if name not in (*FOR_ANOTHER_ENGINE, COMPILES_ANEW)}
    return {**defaults, **kept, **changes, **without_proxies(user, machines)}


def environment_here(layout: Layout = HERE) -> dict[str, str]:
    """This process's environment, changed for this checkout. Creates the state's folder and the passphrase."""
    prepare_state(layout)
    keep_no_logs(layout.pulumi_home)
    own_host = (layout.bin / LANGUAGE_HOST).exists()
    machines = addresses_in_stack_files({layout.checkout, Path.cwd()})
    return pulumi_environment(layout, os.environ, context_engine(os.environ, Path.home()), own_host, machines)


def addresses_in_stack_files(folders: Iterable[Path]) -> list[str]:
    """All IPv4 addresses and subnets in the stack files of some folders.

    They are searched for as text: this runs before a library for YAML is installed.
    """
    texts = (path.read_text("utf-8", "replace") for folder in folders for path in sorted(folder.glob("Pulumi.*.yaml")))
    return sorted({found for text in texts for found in _ADDRESS.findall(text)})


def prepare_state(layout: Layout) -> None:
    """Creates the state's folder and its passphrase, if they are not there: another passphrase could not decrypt it."""
    layout.state.mkdir(mode=0o700, exist_ok=True)
    if not layout.passphrase.exists():
        write_file(layout.passphrase, f"{secrets.token_urlsafe(32)}\n".encode(), mode=0o600)


def keep_no_logs(pulumi_home: Path) -> None:
    """Keeps the CLI from logging every run to a file, for which it has no switch: a file takes the log folder's place.

    `pulumi --logtostderr -v 9` shows the same log.
    """
    logs = pulumi_home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs, ignore_errors=True)
    if pulumi_home.is_dir():
        logs.touch()


def context_engine(user: Mapping[str, str], home: Path) -> str | None:
    """The engine's address in the user's current Docker context; None if no context is in use.

    Read as the docker client does: DOCKER_HOST wins, then DOCKER_CONTEXT, then `docker context use`. The Docker SDK can
    do this as well, but this runs before it is installed.
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


def print_environment(options: Namespace) -> None:
    """Prints the lines that a shell has to evaluate. Raises StackError before the tools are there."""
    _need_tools(HERE)
    lines = SHELLS[options.shell].lines(os.environ, environment_here())
    # as bytes: a variable may hold what is no text
    sys.stdout.buffer.write(os.fsencode("".join(f"{line}\n" for line in lines)))
    sys.stdout.flush()


def run_in_environment(options: Namespace) -> int:
    """Runs a command in the environment. Raises StackError before the tools are there."""
    _need_tools(HERE)
    return become(options.command, environment_here())


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def _need_tools(layout: Layout) -> None:
    if not layout.python.exists():
        raise StackError(f"the project's tools are not there yet; run `{spelled('tools')}` first")
