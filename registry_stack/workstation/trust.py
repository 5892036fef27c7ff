"""Trust in a registry on the workstation itself: inspected, installed, uninstalled."""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    bundle_holds,
    files,
    for_certificate,
    listing_holds,
)

_SECONDS_FOR_OTHERS = 30.0
_SECONDS_TO_ANSWER = 120.0  # some ask the user first
_FAILURES = (OSError, StackError)


@dataclass(frozen=True)
class Placed:
    """What this program has put on a workstation: files, folders for them, and certificates (PEM) in a ToolStore."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()


@dataclass
class WorkstationTrustWork:
    """Work on one workstation. A step that fails adds a line to `problems`, and the others are done all the same."""

    places: Places
    reference: str
    anchors: Mapping[str, str]
    lock: Path
    runner: Runner
    problems: list[str] = field(default_factory=list)

    def inspect(self) -> None:
        """Notes as problems what is not as it should be."""
        for path, text in self._files.items():
            try:
                if not _has(Path(path), text):
                    self.problems.append(f"{path} was removed or altered")
            except _FAILURES as error:
                self._note(path, error)
        try:
            self.problems += [f"{_name(self.places)} does not hold {name}" for name in self._lacking()]
        except _FAILURES as error:
            self._note(_name(self.places), error)

    def install(self, previous: Placed) -> Placed:
        """Installs what is missing, and removes what was installed before and is no longer needed.

        Returns what is there by this program then.
        """
        try:
            with locked(self.lock, "the trust store", _SECONDS_FOR_OTHERS):
                return self._install(previous)
        except _FAILURES as error:
            self._note("the trust store", error)
            return previous

    def uninstall(self, previous: Placed) -> Placed:
        """Removes what was installed, and nothing else; returns what could not be removed."""
        return replace(self, anchors={}).install(previous)

    def _install(self, previous: Placed) -> Placed:
        obsolete = [path for path in previous.files if path not in self._files]
        removed = False
        for path in obsolete:
            removed = self._remove(path) or removed
        kept = [folder for folder in previous.folders if self._needs(folder)]
        self._remove_empty(folder for folder in previous.folders if folder not in kept)
        created: list[str] = []
        for path, text in self._files.items():
            created += self._write_missing(path, text)
        self._rebuild(removed)
        certificates = self._exchange_certificates(previous.certificates)
        return Placed(
            files=tuple(path for path in [*self._files, *obsolete] if os.path.lexists(path)),
            folders=tuple(dict.fromkeys([*kept, *created])),
            certificates=tuple(dict.fromkeys(certificates)),
        )

    @property
    def _files(self) -> dict[str, str]:
        return files(self.places, self.reference, self.anchors)

    def _lacking(self) -> list[str]:
        """The names of the authorities that the system's store does not hold."""
        match self.places.store:
            case FolderStore(bundle=bundle):
                held = Path(bundle).read_text("utf-8", "replace")
                return [name for name, text in self.anchors.items() if not bundle_holds(held, text)]
            case ToolStore():
                shown = self._list(self.places.store)
                return [name for name, text in self.anchors.items() if not listing_holds(shown, text)]
        return []

    def _write_missing(self, path: str, text: str) -> list[str]:
        """Writes a file unless it is there already, which takes no right; returns the folders created for it."""
        target = Path(path)
        created = []
        try:
            if _has(target, text):
                return []
            for folder in reversed([each for each in target.parents if not each.exists()]):
                folder.mkdir()
                created.append(str(folder))
            write_file(target, text.encode())
        except _FAILURES as error:
            self._note(path, error)
        return created

    def _remove(self, path: str) -> bool:
        """Removes a file; returns whether it is gone."""
        try:
            Path(path).unlink(missing_ok=True)
        except _FAILURES as error:
            self._note(path, error)
            return False
        return True

    def _remove_empty(self, folders: Iterable[str]) -> None:
        """Removes the folders that are empty. Others have come to use the rest: those are no longer this program's."""
        for folder in sorted(folders, key=len, reverse=True):
            try:
                if Path(folder).is_dir() and not any(Path(folder).iterdir()):
                    Path(folder).rmdir()
            except _FAILURES as error:
                self._note(folder, error)

    def _needs(self, folder: str) -> bool:
        return any(Path(path).is_relative_to(folder) for path in self._files)

    def _rebuild(self, removed: bool) -> None:
        store = self.places.store
        if not isinstance(store, FolderStore):
            return
        try:
            if removed:
                self._run(store.rebuild_without)
            elif self.anchors and self._is_stored(store) and self._lacking():
                self._run(store.rebuild)
        except _FAILURES as error:
            self._note(_name(self.places), error)

    def _is_stored(self, store: FolderStore) -> bool:
        """Whether all files are there that a rebuild would take into the store."""
        return all(Path(path).exists() for path in self._files if Path(path).is_relative_to(store.folder))

    def _exchange_certificates(self, previous: tuple[str, ...]) -> list[str]:
        """Adds certificates to a ToolStore and removes old ones; returns those that are there by this program.

        One that was there before does not belong to this program, and stays.
        """
        store = self.places.store
        if not isinstance(store, ToolStore):
            return []
        wanted = list(self.anchors.values())
        own = [text for text in previous if text in wanted]
        for text in wanted:
            if self._add(store, text):
                own.append(text)
        for text in previous:
            if text not in wanted and not self._delete(store, text):
                own.append(text)
        return own

    def _add(self, store: ToolStore, certificate: str) -> bool:
        """Adds a certificate that the store does not hold; returns whether it did."""
        try:
            if listing_holds(self._list(store), certificate):
                return False
            self._run_with(certificate, [store.adds])
        except _FAILURES as error:
            self._note(store.name, error)
            return False
        return True

    def _delete(self, store: ToolStore, certificate: str) -> bool:
        """Deletes a certificate that the store holds; returns whether it is gone."""
        try:
            if listing_holds(self._list(store), certificate):
                self._run_with(certificate, store.removes)
        except _FAILURES as error:
            self._note(store.name, error)
            return False
        return True

    def _run_with(self, certificate: str, commands: Iterable[Command]) -> None:
        """Runs commands for a certificate, which is in a file for as long."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "authority.crt"
            file.write_text(certificate, "ascii")
            for command in commands:
                self._run(for_certificate(command, str(file), certificate))

    def _list(self, store: ToolStore) -> str:
        return self._run(store.shows)

    def _run(self, command: Sequence[str]) -> str:
        return self.runner(command, environment={}, deadline=_SECONDS_TO_ANSWER)

    def _note(self, what: str, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.problems.append(f"{what}: {reason}")


def _has(path: Path, text: str) -> bool:
    """Whether a file has that text. One written by hand may have an empty line more."""
    return path.is_file() and path.read_text("utf-8", "replace").strip() == text.strip()


def _name(places: Places) -> str:
    match places.store:
        case FolderStore(bundle=bundle):
            return str(bundle)
        case ToolStore(name=name):
            return name
    return ""
