"""What this program notes about the machines of a store, in files beside docker-machine's own."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry_stack.common.files import unfinished
from registry_stack.machines.store import Store, read_entry, write_entry


@dataclass(frozen=True)
class MachineRecord:
    """Notes about one machine: who owns it, whether a creation or removal was cut short, a copy of its entry."""

    store: Store
    name: str

    @property
    def lock_file(self) -> Path:
        """Locked while the machine is worked on."""
        return self._path("lock")

    @property
    def owner_file(self) -> Path:
        """Who made the machine."""
        return self._path("json")

    @property
    def entry_file(self) -> Path:
        """A copy of docker-machine's entry."""
        return self._path("config")

    @property
    def pending_file(self) -> Path:
        """Exists while the machine is created or removed."""
        return self._path("unsettled")

    @property
    def key_folder(self) -> Path:
        """Where a key is while docker-machine copies it."""
        return self._path("key")

    @property
    def owner(self) -> str | None:
        """Who made the machine, if it was this program."""
        entry = read_entry(self.owner_file)
        return str(entry["owner"]) if entry and "owner" in entry else None

    def claim(self, owner: str) -> None:
        """Notes who owns the machine."""
        write_entry(self.owner_file, {"owner": owner})

    @property
    def is_pending(self) -> bool:
        """Whether a creation or removal of the machine was begun and not finished."""
        return self.pending_file.exists()

    def begin(self) -> None:
        """Notes that the machine is being created or removed."""
        write_entry(self.pending_file, {})

    def finish(self) -> None:
        """Notes that the machine's creation or removal is over."""
        self.pending_file.unlink(missing_ok=True)

    @property
    def last_address(self) -> str | None:
        """Where the machine answered when its entry was copied; known even if the entry is gone."""
        copy = read_entry(self.entry_file)
        return str(copy["Driver"]["IPAddress"]) if copy else None

    def keep_entry(self) -> None:
        """Copies the machine's entry, for `restore_entry`, and makes the keys of the store its owner's alone."""
        if entry := self.store.entry(self.name):
            write_entry(self.entry_file, entry)
        self.store.protect_keys(self.name)

    def restore_entry(self) -> None:
        """Restores the machine's entry if a crash of docker-machine has lost or cut it.

        What docker-machine was about to write comes first, because it is newer than the copy.
        """
        if not self.store.exists(self.name) or self.store.entry(self.name) is not None:
            return
        begun = self.store.folder(self.name).glob("config.json.tmp*")
        newest_first = sorted(begun, key=lambda path: path.stat().st_mtime, reverse=True)
        for entry in map(read_entry, (*newest_first, self.entry_file)):
            if entry:
                write_entry(self.store.config_file(self.name), entry)
                return

    def forget(self) -> None:
        """Removes all that this program has about the machine."""
        shutil.rmtree(self.key_folder, ignore_errors=True)
        for path in (self.owner_file, self.entry_file, self.pending_file):
            path.unlink(missing_ok=True)
            unfinished(path).unlink(missing_ok=True)
        with suppress(PermissionError):  # Windows removes no file that is open
            self.lock_file.unlink(missing_ok=True)

    def _path(self, suffix: str) -> Path:
        return _folder(self.store) / f"{self.name}.{suffix}"


def machines_of(store: Store, owner: str) -> list[str]:
    """The names of the machines that were made, or only begun, for that owner."""
    names = sorted(path.stem for path in _folder(store).glob("*.json"))
    return [name for name in names if MachineRecord(store, name).owner == owner]


def _folder(store: Store) -> Path:
    return store.path / "registry-stack"
