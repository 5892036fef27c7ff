"""A client in a folder that stands for its root: its system's tool is imitated, the scripts are run by a real shell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from registry_stack.guest.engines import ENGINES
from registry_stack.guest.systems import System
from registry_stack.trust.desired import DesiredTrust
from registry_stack.trust.facts import Facts, inspect_script
from registry_stack.trust.plan import Previous, Step, owned_folders, plan, script_of
from tests.certificates import Authority
from tests.shell.guest_shell import Guest, make_guest

HOSTS = "127.0.0.1 localhost\n"
REFERENCE, NAMES, ADDRESS = "registry0.localdomain", ("registry0.localdomain", "registry0"), "192.168.233.3"
OLD, NEW, FOREIGN = (Authority(name).certificate for name in ("old", "new", "foreign"))


def wanted(anchors: Mapping[str, str], *, whole: bool = True, engine: str = "docker") -> DesiredTrust:
    return DesiredTrust(REFERENCE, ADDRESS, NAMES, anchors, whole, ENGINES[engine])


NOTHING = replace(wanted({}), names=())


@dataclass
class ClientGuest:
    """A client of a system, None for one that is not known. `rebuilt` are the arguments of each run of its tool."""

    guest: Guest
    system: System | None
    previous: Previous = field(default_factory=Previous)

    def inspect(self, target: DesiredTrust, *, known: bool = True) -> Facts:
        printed = self._run(inspect_script(target, self.system if known else None))
        return Facts.parse(printed.replace(str(self.guest.root), ""))

    def plan(self, target: DesiredTrust) -> list[Step]:
        return plan(self.inspect(target), target, self.system, self.previous)

    def become(self, target: DesiredTrust) -> list[str]:
        """Takes the steps there are; why each."""
        facts = self.inspect(target)
        taken = plan(facts, target, self.system, self.previous)
        if taken:
            self._run(script_of(taken, self.system))
        folders = tuple(owned_folders(facts, target, self.system, self.previous))
        self.previous = Previous(tuple(target.files(self.system)), folders, target.reference, target.names)
        return [step.because for step in taken]

    @property
    def rebuilt(self) -> list[str]:
        log = self.guest.root / "rebuilt"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def bundle(self) -> Path:
        assert self.system is not None
        return self.guest.path(str(self.system.bundle))

    def tree(self) -> dict[str, str]:
        """Every file with its content and every folder, of those where systems keep anything."""
        paths = [path for part in ("etc", "var", "usr") for path in (self.guest.root / part).rglob("*")]
        here = {str(path): path.read_text() if path.is_file() else "/" for path in paths if not path.is_symlink()}
        return {path.removeprefix(str(self.guest.root)): content for path, content in here.items()}

    def _run(self, commands: str) -> str:
        return self.guest.run_as_root(commands)


def make_client(root: Path, system: System | None, shell: str = "sh") -> ClientGuest:
    """A client with a trust store of a foreign authority's."""
    guest = make_guest(root, shell)
    guest.hosts.write_text(HOSTS)
    client = ClientGuest(guest, system)
    if system is None:
        return client
    guest.path("/etc/os-release").write_text(f"NAME=x\nID={system.ids[0]}\n")
    # Boot2Docker's tool finds what its boot has linked
    source = "/usr/local/share/ca-certificates/boot2docker" if system.forgets else str(system.folder)
    for folder in (str(system.folder), str(system.bundle.parent), source):
        guest.path(folder).mkdir(parents=True, exist_ok=True)
    guest.path(f"{system.folder}/foreign{system.suffix}").write_text(FOREIGN)
    suffix = ".crt" if system.forgets else system.suffix
    tool = "update-ca-certificates" if system.forgets else system.rebuild.split()[0]
    made_by = root / "bin" / tool
    made_by.write_text(
        f'#!/bin/sh\necho "$*" >> {root}/rebuilt\n'
        f"cat {guest.path(source)}/*{suffix} > {client.bundle}.built\nmv {client.bundle}.built {client.bundle}\n"
    )
    made_by.chmod(0o755)
    client.bundle.write_text(FOREIGN)
    return client


# What the first of its kind was like after it had really come to trust; here for the rest of the tests' process. Of a
# file its mode and content, of a link where it leads to.
_TRUSTING: dict[str, tuple[dict[str, tuple[int | None, str]], Previous]] = {}


def make_trusting_client(root: Path, system: System) -> ClientGuest:
    """A client of a known system that has come to trust OLD, and the registry's names, by `become`."""
    client = make_client(root, system)
    if system.name not in _TRUSTING:
        client.become(wanted({"old": OLD}))
        _TRUSTING[system.name] = _kept(root), client.previous
        return client
    files, client.previous = _TRUSTING[system.name]
    for name, (mode, kept) in files.items():
        path, content = root / name, kept.replace("{root}", str(root))
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode is None:
            path.symlink_to(content)
        else:
            path.write_text(content)
            path.chmod(mode)
    return client


def _kept(root: Path) -> dict[str, tuple[int | None, str]]:
    paths = [root / "rebuilt", *(path for part in ("etc", "var", "usr") for path in (root / part).rglob("*"))]
    links = {path: (None, str(path.readlink())) for path in paths if path.is_symlink()}
    files = {path: (path.stat().st_mode, path.read_text()) for path in paths if path not in links and path.is_file()}
    kept: dict[Path, tuple[int | None, str]] = {**links, **files}
    return {
        str(path.relative_to(root)): (mode, text.replace(str(root), "{root}")) for path, (mode, text) in kept.items()
    }
