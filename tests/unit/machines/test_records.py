"""What this program notes about machines: what a crash leaves of docker-machine's entries, and what is made of that."""

import json
from pathlib import Path

import pytest

from registry_stack.machines.records import MachineRecord, machines_of
from tests.unit.machines.stored import ENTRY, damage, make_store, mode


@pytest.fixture
def record(tmp_path: Path) -> MachineRecord:
    return MachineRecord(make_store(tmp_path / "storage"), "m")


DAMAGES = ("lost", "empty", "cut", "zeroed", "a list")


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_entry_is_repaired_from_its_copy(kind: str, record: MachineRecord) -> None:
    record.keep_entry()
    damage(record.store, kind)
    assert record.store.entry("m") is None
    record.restore_entry()
    assert record.store.entry("m") == ENTRY
    assert mode(record.store.config_file("m")) == 0o600


def test_a_readable_entry_is_not_replaced_by_an_older_copy(record: MachineRecord) -> None:
    record.keep_entry()
    newer = {**ENTRY, "DriverName": "virtualbox"}
    record.store.config_file("m").write_text(json.dumps(newer))
    record.restore_entry()
    assert record.store.entry("m") == newer


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_docker_machine_was_about_to_write_is_newer_than_the_copy(kind: str, record: MachineRecord) -> None:
    # Filestore.saveToFile: a temporary file is complete before config.json is removed, and renamed after that
    record.keep_entry()
    newer = {**ENTRY, "Driver": {"IPAddress": "10.0.0.8"}}
    (record.store.folder("m") / "config.json.tmp123").write_text(json.dumps(newer))
    (record.store.folder("m") / "config.json.tmp124").write_text("{")
    damage(record.store, kind)
    record.restore_entry()
    assert record.store.entry("m") == newer


def test_a_machine_that_was_never_copied_is_repaired_too(record: MachineRecord) -> None:
    record.store.config_file("m").rename(record.store.folder("m") / "config.json.tmp123")
    record.restore_entry()
    assert record.store.entry("m") == ENTRY


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_entry_does_not_spoil_the_copy(kind: str, record: MachineRecord) -> None:
    record.keep_entry()
    damage(record.store, kind)
    record.keep_entry()
    record.restore_entry()
    assert record.store.entry("m") == ENTRY


def test_nothing_is_repaired_without_a_copy_or_without_a_machine(record: MachineRecord) -> None:
    damage(record.store, "lost")
    record.restore_entry()
    assert record.store.entry("m") is None
    record.store.config_file("m").write_text(json.dumps(ENTRY))
    record.keep_entry()
    damage(record.store, "lost")
    record.store.folder("m").rmdir()
    record.restore_entry()
    assert not record.store.exists("m"), "what was removed does not come back"


def test_what_was_forgotten_is_not_put_back(record: MachineRecord) -> None:
    record.claim("me")
    record.keep_entry()
    record.forget()
    damage(record.store, "cut")
    record.restore_entry()
    assert record.store.entry("m") is None
    assert record.owner is None
    record.forget()


def test_what_a_killed_process_was_writing_is_forgotten_too(record: MachineRecord) -> None:
    record.claim("me")
    for path in (record.owner_file, record.entry_file, record.pending_file):
        path.with_name(f"{path.name}.new").touch()
    record.forget()
    assert list(record.owner_file.parent.iterdir()) == []


def test_copies_and_markers_are_their_owners_alone(record: MachineRecord) -> None:
    record.claim("me")
    record.keep_entry()
    assert {mode(path) for path in record.owner_file.parent.iterdir()} == {0o600}
    assert mode(record.owner_file.parent) == 0o700


@pytest.mark.parametrize("owned", [None, "", "{", "[]", "{}", '{"owner": "another"}', '"me"'])
def test_a_marker_that_does_not_say_so_makes_no_owner(owned: str | None, record: MachineRecord) -> None:
    if owned is not None:
        record.owner_file.parent.mkdir()
        record.owner_file.write_text(owned)
    assert record.owner != "me"
    assert machines_of(record.store, "me") == []


def test_the_machines_of_an_owner(record: MachineRecord) -> None:
    for name, owner in (("b", "me"), ("a", "me"), ("c", "another")):
        MachineRecord(record.store, name).claim(owner)
    record.keep_entry()
    assert machines_of(record.store, "me") == ["a", "b"]


def test_the_files_have_the_names_that_existing_stacks_know(record: MachineRecord) -> None:
    paths = (record.lock_file, record.owner_file, record.entry_file, record.pending_file, record.key_folder)
    assert [path.relative_to(record.store.path).as_posix() for path in paths] == [
        f"registry-stack/m.{suffix}" for suffix in ("lock", "json", "config", "unsettled", "key")
    ]
