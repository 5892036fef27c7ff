"""Trust in a registry on the workstation itself: looked at, put there, taken away. Nothing of Pulumi here."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.files import write_file
from registry_stack.common.locks import locked
from registry_stack.common.runner import Runner
from registry_stack.workstation.trust_store import (
    Command,
    FolderStore,
    Places,
    ToolStore,
    bundled,
    files,
    filled,
    holds,
)

_SECONDS_FOR_OTHERS = 30.0
_SECONDS_TO_ANSWER = 120.0  # some ask the user first
_RAISED = (OSError, StackError)


@dataclass(frozen=True)
class Placed:
    """What this program has put on a workstation: files, folders for them, and certificates (PEM) in a ToolStore."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()


@dataclass
class WorkstationTrustWork:
    """Work on one workstation; each step that fails is a line of `problems`, and the others are done nevertheless."""

    places: Places
    reference: str
    anchors: Mapping[str, str]
    lock: Path
    runner: Runner
    problems: list[str] = field(default_factory=list)

    def inspect(self) -> None:
        """Notes as problems what is not as it should be."""
        for path, text in self._files.items():
            with self._noting(path):
                if not _has(Path(path), text):
                    self.problems.append(f"{path} was removed or altered")
        with self._noting(_name(self.places)):
            lacking = self._lacking()
            self.problems += [f"{_name(self.places)} does not hold {name}" for name in lacking]

    def install(self, previous: Placed) -> Placed:
        """Puts there what is not there, and takes away what was put there before and is not wanted any more."""
        with self._noting("the trust store"), locked(self.lock, "the trust store", _SECONDS_FOR_OTHERS):
            gone = [path for path in previous.files if path not in self._files]
            removed = [path for path in gone if self._remove(path)]
            folders = self._remove_folders([each for each in previous.folders if not self._needs(each)])
            made = [folder for path, text in self._files.items() for folder in self._write_missing(path, text)]
            self._rebuild(bool(removed))
            return Placed(
                files=tuple(path for path in [*self._files, *gone] if os.path.lexists(path)),
                folders=tuple(dict.fromkeys([*(each for each in previous.folders if each not in folders), *made])),
                certificates=self._exchange_certificates(previous.certificates),
            )
        return previous

    def uninstall(self, previous: Placed) -> Placed:
        """Takes away what was put there, and nothing else; returns what is left."""
        return WorkstationTrustWork(self.places, self.reference, {}, self.lock, self.runner, self.problems).install(
            previous
        )

    @property
    def _files(self) -> dict[str, str]:
        return files(self.places, self.reference, self.anchors)

    def _lacking(self) -> list[str]:
        """The names of the authorities that the system's store does not hold."""
        match self.places.store:
            case FolderStore(bundle=bundle):
                held = Path(bundle).read_text("utf-8", "replace")
                return [name for name, text in self.anchors.items() if not bundled(held, text)]
            case ToolStore():
                shown = self._shown(self.places.store)
                return [name for name, text in self.anchors.items() if not holds(shown, text)]
        return []

    def _write_missing(self, path: str, text: str) -> list[str]:
        """Writes a file, if it is not so already, for which no right is needed; returns the folders made for it."""
        target, made = Path(path), []
        with self._noting(path):
            if _has(target, text):
                return []
            for folder in reversed([each for each in target.parents if not each.exists()]):
                folder.mkdir()
                made.append(str(folder))
            write_file(target, text.encode())
        return made

    def _remove(self, path: str) -> bool:
        with self._noting(path):
            Path(path).unlink(missing_ok=True)
            return True
        return False

    def _remove_folders(self, folders: list[str]) -> list[str]:
        """Those of the folders that are gone then; one that others use is none of this program's any more."""
        for folder in sorted(folders, key=len, reverse=True):
            if Path(folder).is_dir() and not any(Path(folder).iterdir()):
                with self._noting(folder):
                    Path(folder).rmdir()
        return folders

    def _needs(self, folder: str) -> bool:
        return any(Path(path).is_relative_to(folder) for path in self._files)

    def _rebuild(self, removed: bool) -> None:
        store = self.places.store
        if not isinstance(store, FolderStore):
            return
        with self._noting(_name(self.places)):
            stored = all(Path(path).exists() for path in self._files if Path(path).is_relative_to(store.folder))
            if removed or (self.anchors and stored and self._lacking()):
                self._run(store.rebuild_without if removed else store.rebuild)

    def _exchange_certificates(self, previous: tuple[str, ...]) -> tuple[str, ...]:
        """Puts certificates into a ToolStore and takes old ones out of it; returns those that are there by this
        program. One that was there before is somebody's, and stays."""
        store = self.places.store
        if not isinstance(store, ToolStore):
            return ()
        wanted = list(self.anchors.values())
        kept = [text for text in previous if text in wanted]
        for text in wanted:
            with self._noting(store.name):
                if not holds(self._shown(store), text):
                    self._with_file(text, [store.adds])
                    kept.append(text)
        left = []
        for text in [each for each in previous if each not in wanted]:
            left.append(text)
            with self._noting(store.name):
                if holds(self._shown(store), text):
                    self._with_file(text, store.removes)
                left.pop()
        return tuple(dict.fromkeys([*kept, *left]))

    def _with_file(self, certificate: str, commands: Iterable[Command]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "authority.crt"
            file.write_text(certificate, "ascii")
            for command in commands:
                self._run(filled(command, str(file), certificate))

    def _shown(self, store: ToolStore) -> str:
        return self._run(store.shows)

    def _run(self, command: Sequence[str]) -> str:
        return self.runner(command, environment={}, deadline=_SECONDS_TO_ANSWER)

    @contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        try:
            yield
        except _RAISED as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.problems.append(f"{what}: {reason}")


def _has(path: Path, text: str) -> bool:
    """Whether a file is so; what was put there by hand may have an empty line more."""
    return path.is_file() and path.read_text("utf-8", "replace").strip() == text.strip()


def _name(places: Places) -> str:
    match places.store:
        case FolderStore(bundle=bundle):
            return str(bundle)
        case ToolStore(name=name):
            return name
    return ""
