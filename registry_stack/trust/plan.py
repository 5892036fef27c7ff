"""The steps that bring a client from how it is to how it should be; none if nothing is to be done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

from registry_stack.common.hashing import sha256_of_text
from registry_stack.guest import boot2docker
from registry_stack.guest.systems import System
from registry_stack.trust.desired import MARK, DesiredTrust, part
from registry_stack.trust.facts import Facts

_HOSTS = "/etc/hosts"
_END = "END-OF-REGISTRY-STACK"


@dataclass(frozen=True)
class Step:
    """`because` is what was found on the client; `commands` are for root's POSIX shell."""

    because: str
    commands: str
    rebuilds: bool = False


@dataclass(frozen=True)
class Previous:
    """What an earlier run left on the client: its files, the folders that it created, the registry's names."""

    files: tuple[PurePosixPath, ...] = ()
    folders: tuple[PurePosixPath, ...] = ()
    reference: str = ""
    names: tuple[str, ...] = ()


def plan(facts: Facts, desired: DesiredTrust, system: System | None, previous: Previous) -> list[Step]:
    """The steps to what is desired: what is added comes first, what is removed comes last."""
    files = desired.files(system)
    gone = [path for path in previous.files if path not in files]
    return [
        *_plan_files(facts, files),
        *_plan_names(facts, desired, previous),
        *_plan_boot(facts, desired.part, desired.block(system), previous),
        *(Step(f"{path} is no longer needed", f"rm -f {quote(str(path))}") for path in gone),
        *_plan_rebuild(facts, desired, system, gone),
        *_plan_cleanup(_folders(files), previous),
    ]


def script_of(taken: Sequence[Step], system: System | None) -> str:
    """A script for root that takes steps, and stops at the first that fails."""
    lines = []
    if system and system.package and any(step.rebuilds for step in taken):
        tool = system.rebuild.split()[0]
        said = f"{tool} is missing: install the package {system.package}"
        lines.append(f"command -v {tool} >/dev/null || {{ echo {quote(said)} >&2; exit 1; }}")
    return "\n".join([*lines, *(step.commands for step in taken)])


def owned_folders(
    facts: Facts, desired: DesiredTrust, system: System | None, previous: Previous
) -> list[PurePosixPath]:
    """The folders to remove once they are empty: the registry's own, and those that were not there before."""
    return sorted(
        folder
        for folder in _folders(desired.files(system))
        if folder.name == desired.reference or folder in previous.folders or str(folder) not in facts.folders
    )


def conflicts(facts: Facts, desired: DesiredTrust) -> list[str]:
    """Lines of the hosts file, other than this program's, that map the registry's names to other IPv4 addresses."""
    found = []
    for line in facts.hosts.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        elsewhere = "." in address and address != desired.address
        if elsewhere and not line.endswith(MARK) and not set(names).isdisjoint(desired.names):
            found.append(line)
    return found


def _plan_files(facts: Facts, files: dict[PurePosixPath, str]) -> Iterator[Step]:
    for path, content in files.items():
        there = facts.digests.get(str(path))
        if there != sha256_of_text(content):
            name, fresh = quote(str(path)), quote(f"{path}.new")
            yield Step(
                f"{path} is {'altered' if there else 'missing'}",
                f"mkdir -p {quote(str(path.parent))}\n"
                f"cat > {fresh} <<'{_END}'\n{content}{_END}\n"
                f"chmod 644 {fresh}\nmv {fresh} {name}",
            )


def _plan_names(facts: Facts, desired: DesiredTrust, previous: Previous) -> Iterator[Step]:
    lines = facts.hosts.splitlines()
    ends = [_end(names) for names in dict.fromkeys((previous.names, desired.names)) if names]
    own = [line for line in lines if any(line.endswith(end) for end in ends)]
    target = [desired.hosts_line] if desired.names else []
    if own == target:
        return
    commands = []
    if own:
        patterns = " ".join(f"-e '/^[^ ]*{end.replace('.', '[.]')}$/d'" for end in ends)
        # written into the file that is there: it may be a mount, and has its own mode and label
        commands.append(f"sed {patterns} {_HOSTS} > {_HOSTS}.new\ncat {_HOSTS}.new > {_HOSTS}\nrm {_HOSTS}.new")
    if target:
        commands.append(f'[ -z "$(tail -c 1 {_HOSTS})" ] || echo >> {_HOSTS}')
        commands.append(f"echo {quote(desired.hosts_line)} >> {_HOSTS}")
    yield Step(f"{_HOSTS} does not have the registry's names as it should", "\n".join(commands))


def _plan_boot(facts: Facts, name: str, block: str, previous: Previous) -> Iterator[Step]:
    if block and block not in facts.bootsync:
        commands = f"{{\n{boot2docker.install_block(name)}\n}} <<'{_END}'\n{block}{_END}"
        yield Step(f"{boot2docker.BOOTSYNC} does not restore the trust at boot", commands)
    old = part(previous.reference)
    if f"# >>> {old}\n" in facts.bootsync and not (block and old == name):
        yield Step(f"{boot2docker.BOOTSYNC} has a block that is no longer needed", boot2docker.remove_block(old))


def _plan_rebuild(
    facts: Facts, desired: DesiredTrust, system: System | None, gone: Iterable[PurePosixPath]
) -> Iterator[Step]:
    if system is None:
        return
    removes = any(path.parent == system.folder for path in gone)
    if not removes and _is_up_to_date(facts, desired, system):
        return
    command = system.rebuild_without if removes and system.rebuild_without else system.rebuild
    yield Step(f"the trust store {system.bundle} is not up to date", f"{{\n{command}\n}} >/dev/null", rebuilds=True)


def _is_up_to_date(facts: Facts, desired: DesiredTrust, system: System) -> bool:
    """Whether the system's trust store needs no rebuild for what is desired of it."""
    anchors = desired.texts if desired.system_wide else {}
    written = all(
        facts.digests.get(str(desired.anchor(system, name))) == sha256_of_text(text) for name, text in anchors.items()
    )
    # None: the store is not there as a file, and so can't be searched
    held = facts.stores.get(str(system.bundle))
    return written and (held is None or all(sha256_of_text(text) in held for text in anchors.values()))


def _plan_cleanup(needed: set[PurePosixPath], previous: Previous) -> Iterator[Step]:
    for folder in sorted(set(previous.folders) - needed, reverse=True):
        yield Step(f"{folder} is no longer needed", f"rmdir {quote(str(folder))} 2>/dev/null || true")


def _folders(files: Iterable[PurePosixPath]) -> set[PurePosixPath]:
    return {folder for file in files for folder in file.parents}


def _end(names: Sequence[str]) -> str:
    return f" {' '.join(names)} {MARK}"
