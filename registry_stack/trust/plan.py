"""From how a client is and how it should be to the steps between; none where nothing is to be done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

from registry_stack.guest import boot2docker
from registry_stack.guest.systems import System
from registry_stack.trust.desired import MARK, Wanted, digest, part
from registry_stack.trust.facts import Facts

_HOSTS = "/etc/hosts"
_END = "END-OF-REGISTRY-STACK"


@dataclass(frozen=True)
class Step:
    """`because` is what a look has found; `commands` are for a root's POSIX shell."""

    because: str
    commands: str
    rebuilds: bool = False


@dataclass(frozen=True)
class Before:
    """What an earlier run has left on the client: its files, the folders that it made, the registry's names."""

    files: tuple[PurePosixPath, ...] = ()
    folders: tuple[PurePosixPath, ...] = ()
    reference: str = ""
    names: tuple[str, ...] = ()


def steps(facts: Facts, wanted: Wanted, system: System | None, before: Before) -> list[Step]:
    """What brings a client from how it is to what is wanted: what is added comes first, what goes comes last."""
    files = wanted.files(system)
    gone = [path for path in before.files if path not in files]
    return [
        *_writing(facts, files),
        *_naming(facts, wanted, before),
        *_at_boot(facts, wanted.part, wanted.block(system), before),
        *(Step(f"{path} is not wanted", f"rm -f {quote(str(path))}") for path in gone),
        *_rebuilding(facts, wanted, system, gone),
        *_clearing(_folders(files), before),
    ]


def script(taken: Sequence[Step], system: System | None) -> str:
    """A script that takes steps, as root; it stops at the first that fails."""
    lines = []
    if system and system.package and any(step.rebuilds for step in taken):
        tool = system.rebuild.split()[0]
        said = f"there is no {tool} here: install the package {system.package}"
        lines.append(f"command -v {tool} >/dev/null || {{ echo {quote(said)} >&2; exit 1; }}")
    return "\n".join([*lines, *(step.commands for step in taken)])


def made(facts: Facts, wanted: Wanted, system: System | None, before: Before) -> list[PurePosixPath]:
    """The folders that are to be removed when they are empty: the registry's own, and those that were not there."""
    return sorted(
        folder
        for folder in _folders(wanted.files(system))
        if folder.name == wanted.reference or folder in before.folders or str(folder) not in facts.folders
    )


def conflicts(facts: Facts, wanted: Wanted) -> list[str]:
    """Lines of the hosts file, not of this program's, that lead the registry's names to other IPv4 addresses."""
    found = []
    for line in facts.hosts.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        elsewhere = "." in address and address != wanted.address
        if elsewhere and not line.endswith(MARK) and not set(names).isdisjoint(wanted.names):
            found.append(line)
    return found


def _writing(facts: Facts, files: dict[PurePosixPath, str]) -> Iterator[Step]:
    for path, content in files.items():
        there = facts.digests.get(str(path))
        if there != digest(content):
            name, fresh = quote(str(path)), quote(f"{path}.new")
            yield Step(
                f"{path} is {'altered' if there else 'missing'}",
                f"mkdir -p {quote(str(path.parent))}\n"
                f"cat > {fresh} <<'{_END}'\n{content}{_END}\n"
                f"chmod 644 {fresh}\nmv {fresh} {name}",
            )


def _naming(facts: Facts, wanted: Wanted, before: Before) -> Iterator[Step]:
    lines = facts.hosts.splitlines()
    ends = [_end(names) for names in dict.fromkeys((before.names, wanted.names)) if names]
    own = [line for line in lines if any(line.endswith(end) for end in ends)]
    target = [wanted.hosts_line] if wanted.names else []
    if own == target:
        return
    commands = []
    if own:
        patterns = " ".join(f"-e '/^[^ ]*{end.replace('.', '[.]')}$/d'" for end in ends)
        # written into the file that is there: it may be a mount, and has its own mode and label
        commands.append(f"sed {patterns} {_HOSTS} > {_HOSTS}.new\ncat {_HOSTS}.new > {_HOSTS}\nrm {_HOSTS}.new")
    if target:
        commands.append(f'[ -z "$(tail -c 1 {_HOSTS})" ] || echo >> {_HOSTS}')
        commands.append(f"echo {quote(wanted.hosts_line)} >> {_HOSTS}")
    yield Step(f"{_HOSTS} does not have the registry's names as wanted", "\n".join(commands))


def _at_boot(facts: Facts, name: str, block: str, before: Before) -> Iterator[Step]:
    if block and block not in facts.bootsync:
        commands = f"{{\n{boot2docker.install_block(name)}\n}} <<'{_END}'\n{block}{_END}"
        yield Step(f"{boot2docker.BOOTSYNC} does not put the trust back at boot", commands)
    old = part(before.reference)
    if f"# >>> {old}\n" in facts.bootsync and not (block and old == name):
        yield Step(f"{boot2docker.BOOTSYNC} has a block that is not wanted", boot2docker.withdraw_block(old))


def _rebuilding(facts: Facts, wanted: Wanted, system: System | None, gone: Iterable[PurePosixPath]) -> Iterator[Step]:
    if system is None:
        return
    removed = any(path.parent == system.folder for path in gone)
    anchors = wanted.texts.items() if wanted.whole else ()
    added = any(facts.digests.get(str(wanted.anchor(system, name))) != digest(text) for name, text in anchors)
    held = facts.stores.get(str(system.bundle))
    lacking = held is not None and any(digest(text) not in held for _, text in anchors)
    if removed or added or lacking:
        command = (removed and system.rebuild_without) or system.rebuild
        yield Step(f"the trust store {system.bundle} is not up to date", f"{command} >/dev/null", rebuilds=True)


def _clearing(needed: set[PurePosixPath], before: Before) -> Iterator[Step]:
    for folder in sorted(set(before.folders) - needed, reverse=True):
        yield Step(f"{folder} is not needed", f"rmdir {quote(str(folder))} 2>/dev/null || true")


def _folders(files: Iterable[PurePosixPath]) -> set[PurePosixPath]:
    return {folder for file in files for folder in file.parents}


def _end(names: Sequence[str]) -> str:
    return f" {' '.join(names)} {MARK}"
