"""The HostsFile resource: the registry's names in the hosts file of the workstation that Pulumi runs on."""

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource
from registry_stack.common.errors import StackError
from registry_stack.common.locks import locked
from registry_stack.workstation.hosts_file import Block, can_append, install, missing, remove
from registry_stack.workstation.replace_file import replace_content
from registry_stack.workstation.system import how_to_add, how_to_edit, line_end

_SECONDS_FOR_OTHERS = 30


class HostsFileProvider(Provider):
    """Keeps the block of one owner in one file. If it has no right to, that is drift, and the next `up` tries again."""

    replaces = ("path", "owner")
    updates = ("lines",)

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["path"], {**props, **add_names(Path(props["path"]), _block(props))})

    def read(self, id_: str, props: Props) -> ReadResult:
        return ReadResult(id_, {**props, **look_up(Path(props["path"]), _block(props))})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        return UpdateResult({**new, **add_names(Path(new["path"]), _block(new))})

    def delete(self, id_: str, props: Props) -> None:
        if left := remove_names(Path(props["path"]), _block(props)):
            # Pulumi shows what a provider prints there, and a destroy must not fail over a line in a file
            print(left, file=sys.stderr)


@dataclass(frozen=True)
class HostsFileArgs:
    """The lines, each "address name", for the hosts file at `path`. They are in a block of their own, marked with
    `owner`."""

    path: str
    owner: str
    lines: list[str]


class HostsFile(StackResource, module="registry", name="HostsFile"):
    """Lines in a hosts file. `status` is "managed: <path>", or says what to do by hand."""

    provider = HostsFileProvider

    status: pulumi.Output[str]

    def __init__(self, resource_name: str, args: HostsFileArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


def add_names(path: Path, block: Block) -> Props:
    """Makes sure that a hosts file has the block's lines; returns `drift` and `status`.

    If they can't be written, the status says so. That is not an error: the registry works without them.
    """
    try:
        edit(path, lambda content: install(content, block, line_end(platform.system())))
    except (OSError, StackError) as error:
        return _unmanaged(path, block, _reason(error))
    return _managed(path)


def look_up(path: Path, block: Block) -> Props:
    """Whether a hosts file has the block as it should be, as `drift` and `status`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return _unmanaged(path, block, _reason(error))
    if content == install(content, block, line_end(platform.system())):
        return _managed(path)
    return _unmanaged(path, block, "its lines were removed or altered")


def remove_names(path: Path, block: Block) -> str | None:
    """Removes the block from a hosts file. Returns what is left of it or of its names there, and what to do; None if
    nothing is."""
    by_hand = f"to remove that by hand: {how_to_edit(platform.system(), str(path))}"
    try:
        absent = missing(edit(path, lambda content: remove(content, block)), block)
    except FileNotFoundError:
        return None
    except (OSError, StackError) as error:
        return f"{path} still has the block {block.begin.decode()!r} ({_reason(error)}); {by_hand}"
    left = [line for line in block.lines if line not in absent]
    return f"{path} still has {', '.join(left)}, not written by this stack; {by_hand}" if left else None


def edit(path: Path, change: Callable[[bytes], bytes], lock: Path | None = None) -> bytes:
    """Changes a hosts file and returns its content. Raises OSError, and DeadlineError if other stacks take too long.

    If nothing has to change, no right is needed. The lock is in the user's home: in a system folder nothing but the
    hosts file itself may be touched.
    """
    content = path.read_bytes()
    if change(content) == content:
        return content
    lock = lock or Path.home() / ".cache" / "registry-stack" / "hosts-file.lock"
    with locked(lock, f"the hosts file {path}", _SECONDS_FOR_OTHERS):
        content = path.read_bytes()
        if change(content) != content:
            replace_content(path, change(content))
        return change(content)


def _block(props: Props) -> Block:
    return Block(props["owner"], tuple(props["lines"]))


def _managed(path: Path) -> Props:
    return {"drift": [], "status": f"managed: {path}"}


def _unmanaged(path: Path, block: Block, reason: str) -> Props:
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    lines = missing(content, block) or list(block.lines)
    system = platform.system()
    if can_append(content, block):
        by_hand = f"To add {', '.join(lines)} by hand: {how_to_add(system, str(path), lines)}"
    else:
        by_hand = f"To put {', '.join(lines)} there by hand, before other such lines: {how_to_edit(system, str(path))}"
    status = f"not managed: {path}: {reason}; the next `pulumi up` tries again. {by_hand}"
    return {"drift": [f"{path}: {reason}"], "status": status}


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
