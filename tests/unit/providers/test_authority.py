"""docker-machine's own certificate authority: read once, pinned, and guarded."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat, load_pem_private_key

from providers.authority import StoredAuthorityProvider, stored_authority
from registry_stack.common.errors import AuthorityError
from tests.authorities import DAY, LASTING, NOW, Made, certificate, key_pem

OURS = Made("unknown", kind="rsa-2048", **LASTING)
NEXT = Made("next", **LASTING)
PROVIDER = StoredAuthorityProvider()


def stored(storage: Path, made: Made, key: str | None = None) -> Path:
    """docker-machine's storage folder with that authority."""
    folder = storage / "certs"
    folder.mkdir(exist_ok=True)
    (folder / "ca.pem").write_text(made.pem)
    (folder / "ca-key.pem").write_text(key or key_pem(made.key, PrivateFormat.TraditionalOpenSSL))
    return storage


def inputs(storage: Path, *, alone: bool = True) -> dict[str, Any]:
    return {"storage": str(storage), "alone": alone}


def created(storage: Path) -> dict[str, Any]:
    outputs = PROVIDER.create(inputs(storage)).outs
    assert outputs is not None
    return outputs


def up(storage: Path, olds: dict[str, Any], *, alone: bool = True) -> bool | None:
    """What an `up` does with a stack that has the authority: it checks, and looks for differences."""
    checked = PROVIDER.check(inputs(storage), inputs(storage, alone=alone))
    assert checked.failures == []
    return PROVIDER.diff("id", olds, checked.inputs).changes


def printed(made: Made) -> str:
    return certificate(made).fingerprint(SHA256()).hex(":").upper()


def test_what_is_read(tmp_path: Path) -> None:
    made = PROVIDER.create(inputs(stored(tmp_path, OURS)))
    assert made.id == printed(OURS)
    assert made.outs is not None
    assert x509.load_pem_x509_certificate(made.outs["certificate"].encode()) == certificate(OURS)
    key = load_pem_private_key(made.outs["private_key"].encode(), None)
    assert key.public_key() == certificate(OURS).public_key()
    assert {name: made.outs[name] for name in ("drift", "fingerprint", "ends", "storage", "alone")} == {
        "drift": [],
        "fingerprint": printed(OURS),
        "ends": "2120-01-01T00:00:00Z",
        **inputs(tmp_path),
    }


@pytest.mark.parametrize("alone", [True, False])
def test_no_change_as_long_as_it_stays(tmp_path: Path, alone: bool) -> None:
    olds = created(stored(tmp_path, OURS))
    assert up(tmp_path, olds, alone=alone) is False
    (tmp_path / "certs" / "ca.pem").write_text(OURS.pem.replace("\n", "\r\n") + "\n")
    assert up(tmp_path, olds, alone=alone) is False


def test_another_one_is_an_error_that_names_the_way_out(tmp_path: Path) -> None:
    olds = created(stored(tmp_path, OURS))
    stored(tmp_path, NEXT)
    with pytest.raises(AuthorityError) as caught:
        up(tmp_path, olds)
    said = str(caught.value)
    for part in (
        "docker-machine has made another certificate authority",
        f"the one in {tmp_path} has the fingerprint {printed(NEXT)}",
        f"clients trust {printed(OURS)}",
        "registry-stack:certificates.authorities after this one",
        "docs/certificates.md: rotation",
    ):
        assert part in said
    assert "PRIVATE" not in said


@pytest.mark.parametrize("text", ["", "no certificate", OURS.pem[:100], "-----BEGIN CERTIFICATE-----\n"], ids=range(4))
def test_a_file_that_is_cut_is_another_one(tmp_path: Path, text: str) -> None:
    olds = created(stored(tmp_path, OURS))
    (tmp_path / "certs" / "ca.pem").write_text(text)
    with pytest.raises(AuthorityError, match=r"has the fingerprint of no certificate"):
        up(tmp_path, olds)


def test_with_an_authority_to_go_over_to_the_old_one_stays_what_it_was(tmp_path: Path) -> None:
    olds = created(stored(tmp_path, OURS))
    stored(tmp_path, NEXT)
    assert up(tmp_path, olds, alone=False) is False
    assert created(tmp_path)["fingerprint"] == printed(NEXT)


def test_refresh_tells_of_another_one_and_keeps_what_was_read(tmp_path: Path) -> None:
    checked = PROVIDER.check({}, inputs(stored(tmp_path, OURS))).inputs
    olds = PROVIDER.create(checked).outs or {}
    stored(tmp_path, NEXT)
    (tmp_path / "certs" / "ca-key.pem").unlink()
    seen = PROVIDER.read(printed(OURS), olds).outs or {}
    assert seen == {
        **olds,
        "drift": [f"docker-machine has another authority: {printed(NEXT)} in place of {printed(OURS)}"],
    }
    assert PROVIDER.diff("id", seen, checked).changes is False, "it asks for differences from what was found before"
    (tmp_path / "certs" / "ca.pem").unlink()
    assert PROVIDER.read(printed(OURS), seen).outs == olds, "without the file docker-machine has none"


def test_before_there_is_one(tmp_path: Path) -> None:
    assert PROVIDER.check({}, inputs(tmp_path)).inputs == {**inputs(tmp_path), "found": None}


def test_a_storage_folder_that_is_elsewhere_now_is_no_change(tmp_path: Path) -> None:
    olds = created(stored(tmp_path, OURS))
    assert up(tmp_path / "gone", olds) is False


@pytest.mark.parametrize("missing", ["ca.pem", "ca-key.pem"])
def test_files_that_are_missing(tmp_path: Path, missing: str) -> None:
    (stored(tmp_path, OURS) / "certs" / missing).unlink()
    said = rf"^docker-machine's certificate authority can't be read: .*/certs/{missing}: No such file or directory$"
    with pytest.raises(AuthorityError, match=said):
        created(tmp_path)


@pytest.mark.parametrize(
    ("made", "key", "line"),
    [
        (
            OURS,
            NEXT.key_pem,
            "ca-key.pem should be the private key of the certificate CN=unknown: it belongs to another",
        ),
        (OURS, "nonsense", "ca-key.pem should be a private key as PEM text: PKCS #8, RSA or EC, encrypted or not"),
        (OURS, key_pem(OURS.key, passphrase="x" * 8), "ca-key.pem should be a key that is not encrypted"),
        (
            OURS.but(authority=False),
            OURS.key_pem,
            "ca.pem should be a CA certificate: CN=unknown has no CA flag (basicConstraints)",
        ),
        (OURS.but(ends=NOW), OURS.key_pem, "ca.pem should be valid now: CN=unknown ended on 2027-06-01T12:00:00Z"),
        (
            OURS.but(begins=NOW + DAY),
            OURS.key_pem,
            "ca.pem should be valid now: CN=unknown is valid from 2027-06-02T12:00:00Z",
        ),
    ],
    ids=range(6),
)
def test_what_is_unfit(tmp_path: Path, made: Made, key: str, line: str) -> None:
    with pytest.raises(AuthorityError) as caught:
        stored_authority(stored(tmp_path, made, key), NOW)
    assert str(caught.value) == f"docker-machine's certificate authority can't sign: {tmp_path}/certs/{line}"


def test_the_clock_is_the_workstations(tmp_path: Path) -> None:
    stored(tmp_path, OURS.but(ends=datetime.now(UTC)))
    with pytest.raises(AuthorityError, match="ended on"):
        created(tmp_path)


def test_an_up_without_changes_loads_no_cryptography(tmp_path: Path) -> None:
    olds = created(stored(tmp_path, OURS))
    code = f"""
import sys
from providers.authority import StoredAuthorityProvider as Provider
assert Provider().diff("id", {olds!r}, Provider().check({{}}, {inputs(tmp_path)!r}).inputs).changes is False
sys.exit("cryptography" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
