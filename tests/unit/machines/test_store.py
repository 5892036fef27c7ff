"""docker-machine's storage folder: what a crash leaves of it, and what is made of that."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from registry_stack.common.errors import MachineError
from registry_stack.machines.store import IN_PLACE, Store

ENTRY: dict[str, Any] = {
    "Driver": {"IPAddress": "10.0.0.7", "MachineName": "m"},
    "DriverName": "hyperv",
    "HostOptions": {
        "AuthOptions": {"ServerCertSANs": ["old"], "StorePath": "/s"},
        "EngineOptions": {
            "ArbitraryFlags": [],
            "Env": ["ä=ö"],
            "InsecureRegistry": [],
            "Labels": ["a=1"],
            "RegistryMirror": [],
            "InstallURL": "https://get.docker.com",
        },
    },
    "Name": "m",
}
PAIRS = (("ca.pem", "ca-key.pem"), ("cert.pem", "key.pem"))
ALL = {name for pair in PAIRS for name in pair}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "storage")
    store.folder("m").mkdir(parents=True)
    config(store).write_text(json.dumps(ENTRY), "utf-8")
    return store


def config(store: Store) -> Path:
    return store.folder("m") / "config.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def damage(store: Store, kind: str) -> None:
    path, text = config(store), config(store).read_text("utf-8")
    if kind == "lost":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": text[:40].encode(), "zeroed": bytes(64), "a list": b"[]"}[kind])


DAMAGES = ("lost", "empty", "cut", "zeroed", "a list")


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_entry_is_repaired_from_its_copy(kind: str, store: Store) -> None:
    store.keep("m")
    damage(store, kind)
    assert store.entry("m") is None
    store.repair("m")
    assert store.entry("m") == ENTRY
    assert mode(config(store)) == 0o600


def test_a_readable_entry_is_not_replaced_by_an_older_copy(store: Store) -> None:
    store.keep("m")
    newer = {**ENTRY, "DriverName": "virtualbox"}
    config(store).write_text(json.dumps(newer))
    store.repair("m")
    assert store.entry("m") == newer


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_docker_machine_was_about_to_write_is_newer_than_the_copy(kind: str, store: Store) -> None:
    # Filestore.saveToFile: a temporary file is complete before config.json is removed, and renamed after that
    store.keep("m")
    newer = {**ENTRY, "Driver": {"IPAddress": "10.0.0.8"}}
    (store.folder("m") / "config.json.tmp123").write_text(json.dumps(newer))
    (store.folder("m") / "config.json.tmp124").write_text("{")
    damage(store, kind)
    store.repair("m")
    assert store.entry("m") == newer


def test_a_machine_that_was_never_copied_is_repaired_too(store: Store) -> None:
    config(store).rename(store.folder("m") / "config.json.tmp123")
    store.repair("m")
    assert store.entry("m") == ENTRY


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_entry_does_not_spoil_the_copy(kind: str, store: Store) -> None:
    store.keep("m")
    damage(store, kind)
    store.keep("m")
    store.repair("m")
    assert store.entry("m") == ENTRY


def test_nothing_is_repaired_without_a_copy_or_without_a_machine(store: Store) -> None:
    damage(store, "lost")
    store.repair("m")
    assert store.entry("m") is None
    config(store).write_text(json.dumps(ENTRY))
    store.keep("m")
    damage(store, "lost")
    store.folder("m").rmdir()
    store.repair("m")
    assert not store.exists("m"), "what was removed does not come back"


def test_what_was_forgotten_is_not_put_back(store: Store) -> None:
    store.mark("m", "me")
    store.keep("m")
    store.forget("m")
    damage(store, "cut")
    store.repair("m")
    assert store.entry("m") is None
    assert store.owner("m") is None
    store.forget("m")


def test_what_a_killed_process_was_writing_is_forgotten_too(store: Store) -> None:
    store.mark("m", "me")
    for suffix in ("json", "config", "unsettled"):
        store.own("m", f"{suffix}.new").touch()
    store.forget("m")
    assert list(store.own("m", "json").parent.iterdir()) == []


def test_copies_and_markers_are_their_owners_alone(store: Store) -> None:
    store.mark("m", "me")
    store.keep("m")
    assert {mode(path) for path in store.own("m", "json").parent.iterdir()} == {0o600}
    assert mode(store.own("m", "json").parent) == 0o700


def test_keys_that_others_could_read_no_longer_are(store: Store) -> None:
    store.certificates.mkdir()
    keys = [store.folder("m") / name for name in ("key.pem", "server-key.pem", "id_rsa")]
    keys += [store.certificates / name for name in ("ca-key.pem", "key.pem")]
    public = [store.folder("m") / "ca.pem", store.folder("m") / "id_rsa.pub", store.certificates / "cert.pem"]
    for path in (*keys, *public):
        path.touch(0o644)
        path.chmod(0o644)
    store.keep("m")
    assert {mode(path) for path in keys} == {0o600}
    assert {mode(path) for path in public} == {0o644}


def test_options_are_taken_over_and_nothing_else_is(store: Store) -> None:
    store.take_over("m", {"tls-san": ["r", "10.0.0.8"], "engine-label": "b=2", "hyperv-memory": "512"})
    wanted = json.loads(json.dumps(ENTRY))
    wanted["HostOptions"]["AuthOptions"]["ServerCertSANs"] = ["r", "10.0.0.8"]
    wanted["HostOptions"]["EngineOptions"] |= {"Labels": ["b=2"], "Env": []}
    assert store.entry("m") == wanted


def test_an_option_that_is_left_out_is_empty(store: Store) -> None:
    store.take_over("m", {})
    entry = store.entry("m")
    assert entry is not None
    assert entry["HostOptions"]["AuthOptions"]["ServerCertSANs"] == []
    assert entry["HostOptions"]["EngineOptions"]["InstallURL"] == "https://get.docker.com"


def test_nothing_is_taken_over_without_an_entry(store: Store) -> None:
    damage(store, "cut")
    with pytest.raises(MachineError, match="has no readable entry of m"):
        store.take_over("m", {"tls-san": ["r"]})


def test_the_options_that_update_in_place() -> None:
    lists = {"engine-env", "engine-insecure-registry", "engine-label", "engine-opt", "engine-registry-mirror"}
    assert {"tls-san", *lists} == IN_PLACE


@pytest.mark.parametrize("owned", [None, "", "{", "[]", "{}", '{"owner": "another"}', '"me"'])
def test_a_marker_that_does_not_say_so_makes_no_owner(owned: str | None, store: Store) -> None:
    if owned is not None:
        store.own("m", "json").parent.mkdir()
        store.own("m", "json").write_text(owned)
    assert store.owner("m") != "me"
    assert store.machines_of("me") == []


def test_the_machines_of_an_owner(store: Store) -> None:
    for name, owner in (("b", "me"), ("a", "me"), ("c", "another")):
        store.mark(name, owner)
    store.keep("m")
    assert store.machines_of("me") == ["a", "b"]


def certificates(store: Store, *names: str, empty: str | None = None) -> None:
    store.certificates.mkdir()
    for name in names:
        (store.certificates / name).write_text("" if name == empty else name)


@pytest.mark.parametrize(
    ("there", "empty", "left"),
    [
        ((), None, set()),
        (tuple(ALL), None, ALL),
        (("ca.pem",), None, set()),
        (("ca-key.pem",), None, set()),
        (("ca.pem", "ca-key.pem"), None, {"ca.pem", "ca-key.pem"}),
        (("ca.pem", "ca-key.pem", "key.pem"), None, {"ca.pem", "ca-key.pem"}),
        (("ca.pem", "ca-key.pem", "cert.pem"), None, {"ca.pem", "ca-key.pem"}),
        # a client's certificate that another authority has signed is none
        (("ca.pem", "cert.pem", "key.pem"), None, set()),
        (tuple(ALL), "ca.pem", set()),
        (tuple(ALL), "key.pem", {"ca.pem", "ca-key.pem"}),
    ],
)
def test_certificates_that_were_half_made(
    there: tuple[str, ...], empty: str | None, left: set[str], tmp_path: Path
) -> None:
    store = Store(tmp_path)
    certificates(store, *there, empty=empty)
    store.clear_half_made_certificates()
    assert {path.name for path in store.certificates.iterdir()} == left


@pytest.mark.parametrize("lost", ["ca.pem", "ca-key.pem"])
def test_an_authority_on_which_machines_depend_is_not_replaced(lost: str, store: Store) -> None:
    certificates(store, *(ALL - {lost}))
    with pytest.raises(MachineError, match=r"has lost ca\.pem or ca-key\.pem, on which every machine"):
        store.clear_half_made_certificates()
    assert {path.name for path in store.certificates.iterdir()} == ALL - {lost}


@pytest.mark.parametrize("missing", sorted(ALL))
def test_certificates_are_there_when_all_are(missing: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    certificates(store, *(ALL - {missing}))
    assert not store.has_certificates()
    (store.certificates / missing).touch()
    assert not store.has_certificates(), "a full disk leaves files of no length"
    (store.certificates / missing).write_text("x")
    assert store.has_certificates()
