"""docker-machine's storage folder: options, addresses, keys and certificates in it."""

import json
from pathlib import Path

import pytest

from registry_stack.common.errors import MachineError
from registry_stack.machines.store import IN_PLACE, Store
from tests.unit.machines.stored import ENTRY, damage, make_store, mode

PAIRS = (("ca.pem", "ca-key.pem"), ("cert.pem", "key.pem"))
ALL = {name for pair in PAIRS for name in pair}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_store(tmp_path / "storage")


def test_keys_that_others_could_read_no_longer_are(store: Store) -> None:
    store.certificates.mkdir()
    keys = [store.folder("m") / name for name in ("key.pem", "server-key.pem", "id_rsa")]
    keys += [store.certificates / name for name in ("ca-key.pem", "key.pem")]
    public = [store.folder("m") / "ca.pem", store.folder("m") / "id_rsa.pub", store.certificates / "cert.pem"]
    for path in (*keys, *public):
        path.touch(0o644)
        path.chmod(0o644)
    store.protect_keys("m")
    assert {mode(path) for path in keys} == {0o600}
    assert {mode(path) for path in public} == {0o644}


def test_options_are_taken_over_and_nothing_else_is(store: Store) -> None:
    store.set_options("m", {"tls-san": ["r", "10.0.0.8"], "engine-label": "b=2", "hyperv-memory": "512"})
    wanted = json.loads(json.dumps(ENTRY))
    wanted["HostOptions"]["AuthOptions"]["ServerCertSANs"] = ["r", "10.0.0.8"]
    wanted["HostOptions"]["EngineOptions"] |= {"Labels": ["b=2"], "Env": []}
    assert store.entry("m") == wanted


def test_an_option_that_is_left_out_is_empty(store: Store) -> None:
    store.set_options("m", {})
    entry = store.entry("m")
    assert entry is not None
    assert entry["HostOptions"]["AuthOptions"]["ServerCertSANs"] == []
    assert entry["HostOptions"]["EngineOptions"]["InstallURL"] == "https://get.docker.com"


def test_nothing_is_taken_over_without_an_entry(store: Store) -> None:
    damage(store, "cut")
    with pytest.raises(MachineError, match="has no readable entry of m"):
        store.set_options("m", {"tls-san": ["r"]})


def test_the_options_that_update_in_place() -> None:
    lists = {"engine-env", "engine-insecure-registry", "engine-label", "engine-opt", "engine-registry-mirror"}
    assert {"tls-san", *lists} == IN_PLACE


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
