"""Where each platform keeps whom it trusts, the commands for that, and what is said to be done by hand."""

import pytest

from registry_stack.certificates.fingerprints import sha1_of
from registry_stack.workstation.trust_store import (
    FILE,
    THUMBPRINT,
    FolderStore,
    ToolStore,
    Workstation,
    bundle_holds,
    by_hand,
    files,
    for_certificate,
    listing_holds,
)
from tests.certificates import Authority

REFERENCE = "registry0.localdomain"
PEM = Authority("one").certificate
OTHER = Authority("other").certificate
LOGIN = "/Users/me/Library/Keychains/login.keychain-db"
SYSTEM = "/Library/Keychains/System.keychain"


def workstation(system: str, distribution: str = "") -> Workstation:
    home = "/Users/me" if system == "Darwin" else "/home/me"
    return Workstation(system, home, f"{home}/.config", distribution)


@pytest.mark.parametrize(
    ("system", "scope", "folders", "privileged"),
    [
        (
            "Linux",
            "user",
            ["/home/me/.docker/certs.d", "/home/me/.config/docker/certs.d", "/home/me/.config/containers/certs.d"],
            False,
        ),
        ("Linux", "system", ["/etc/docker/certs.d"], True),
        ("Darwin", "user", ["/Users/me/.docker/certs.d"], False),
        ("Darwin", "system", ["/Users/me/.docker/certs.d"], True),
        ("Windows", "user", [], False),
        ("Windows", "system", [], True),
    ],
)
def test_the_folders_of_the_engines(system: str, scope: str, folders: list[str], privileged: bool) -> None:
    places = workstation(system, "debian").places(scope, f"{REFERENCE}:5000")  # type: ignore[arg-type]  # a table
    assert [str(each) for each in places.folders] == [f"{folder}/{REFERENCE}:5000" for folder in folders]
    assert places.privileged is privileged


@pytest.mark.parametrize(
    ("distribution", "path", "rebuild", "without", "bundle"),
    [
        (
            "debian",
            "/usr/local/share/ca-certificates/registry0.localdomain-5000-authority.crt",
            ["update-ca-certificates"],
            ["update-ca-certificates", "--fresh"],
            "/etc/ssl/certs/ca-certificates.crt",
        ),
        (
            "alpine",
            "/usr/local/share/ca-certificates/registry0.localdomain-5000-authority.crt",
            ["update-ca-certificates"],
            ["update-ca-certificates"],
            "/etc/ssl/certs/ca-certificates.crt",
        ),
        (
            "rhel",
            "/etc/pki/ca-trust/source/anchors/registry0.localdomain-5000-authority.crt",
            ["update-ca-trust", "extract"],
            ["update-ca-trust", "extract"],
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        ),
        (
            "suse",
            "/etc/pki/trust/anchors/registry0.localdomain-5000-authority.pem",
            ["update-ca-certificates"],
            ["update-ca-certificates"],
            "/etc/ssl/ca-bundle.pem",
        ),
    ],
)
def test_a_linux_system_has_its_distributions_store(
    distribution: str, path: str, rebuild: list[str], without: list[str], bundle: str
) -> None:
    places = workstation("Linux", distribution).places("system", f"{REFERENCE}:5000")
    assert isinstance(places.store, FolderStore)
    assert list(files(places, f"{REFERENCE}:5000", {"authority": PEM})) == [
        f"/etc/docker/certs.d/{REFERENCE}:5000/authority.crt",
        path,
    ]
    assert [list(places.store.rebuild), list(places.store.rebuild_without)] == [rebuild, without]
    assert str(places.store.bundle) == bundle


@pytest.mark.parametrize("distribution", ["", "boot2docker"])
def test_what_is_no_workstation_has_no_store(distribution: str) -> None:
    assert workstation("Linux", distribution).places("system", REFERENCE).store is None


MACOS_ADDS = ["security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", LOGIN, FILE]
MACOS_ADDS_WHOLE = ["security", "add-trusted-cert", "-d", "-r", "trustRoot", "-p", "ssl", "-k", SYSTEM, FILE]


@pytest.mark.parametrize(
    ("system", "scope", "shows", "adds", "removes"),
    [
        (
            "Darwin",
            "user",
            ["security", "find-certificate", "-a", "-Z", LOGIN],
            MACOS_ADDS,
            [["security", "remove-trusted-cert", FILE], ["security", "delete-certificate", "-Z", THUMBPRINT, LOGIN]],
        ),
        (
            "Darwin",
            "system",
            ["security", "find-certificate", "-a", "-Z", SYSTEM],
            MACOS_ADDS_WHOLE,
            [
                ["security", "remove-trusted-cert", "-d", FILE],
                ["security", "delete-certificate", "-Z", THUMBPRINT, SYSTEM],
            ],
        ),
        (
            "Windows",
            "user",
            ["certutil", "-user", "-store", "Root"],
            ["certutil", "-user", "-addstore", "Root", FILE],
            [["certutil", "-user", "-delstore", "Root", THUMBPRINT]],
        ),
        (
            "Windows",
            "system",
            ["certutil", "-store", "Root"],
            ["certutil", "-addstore", "Root", FILE],
            [["certutil", "-delstore", "Root", THUMBPRINT]],
        ),
    ],
)
def test_stores_that_tools_change(
    system: str, scope: str, shows: list[str], adds: list[str], removes: list[list[str]]
) -> None:
    store = workstation(system).places(scope, REFERENCE).store  # type: ignore[arg-type]  # a table
    assert isinstance(store, ToolStore)
    assert [list(store.shows), list(store.adds), [list(each) for each in store.removes]] == [shows, adds, removes]


def test_a_command_is_for_a_certificate() -> None:
    command = ["tool", FILE, THUMBPRINT, "Root"]
    assert for_certificate(command, "a b.crt", PEM) == ["tool", "a b.crt", sha1_of(PEM), "Root"]


@pytest.mark.parametrize("change", [str.upper, str.lower, " ".join])
def test_a_thumbprint_is_found_however_it_is_written(change: object) -> None:
    assert callable(change)
    assert listing_holds(f"Cert Hash(sha1): {change(sha1_of(PEM))}\n", PEM)
    assert not listing_holds(f"Cert Hash(sha1): {change(sha1_of(PEM))}\n", OTHER)


def test_a_certificate_is_found_in_a_bundle_whatever_its_line_ends() -> None:
    assert bundle_holds(f"# one\n{OTHER}\n{PEM}".replace("\n", "\r\n"), PEM)
    assert not bundle_holds(PEM, OTHER)


OUTPUT = "pulumi stack output caCertificate"


@pytest.mark.parametrize(
    ("system", "scope", "text"),
    [
        (
            "Linux",
            "system",
            f"sudo mkdir -p /etc/docker/certs.d/{REFERENCE}"
            f" && {OUTPUT} | sudo tee /etc/docker/certs.d/{REFERENCE}/authority.crt"
            " && sudo mkdir -p /usr/local/share/ca-certificates"
            f" && {OUTPUT} | sudo tee /usr/local/share/ca-certificates/{REFERENCE}-authority.crt"
            " && sudo update-ca-certificates",
        ),
        ("Darwin", "user", f"{OUTPUT} > authority.crt && {' '.join(MACOS_ADDS[:-1])} authority.crt"),
        ("Darwin", "system", f"{OUTPUT} > authority.crt && sudo {' '.join(MACOS_ADDS_WHOLE[:-1])} authority.crt"),
        (
            "Windows",
            "user",
            f"in PowerShell: {OUTPUT} | Out-File -Encoding ascii authority.crt; "
            "certutil -user -addstore Root authority.crt",
        ),
        (
            "Windows",
            "system",
            f"in PowerShell, opened with 'Run as administrator': {OUTPUT} | Out-File -Encoding ascii authority.crt; "
            "certutil -addstore Root authority.crt",
        ),
    ],
)
def test_what_is_to_be_done_by_hand(system: str, scope: str, text: str) -> None:
    places = workstation(system, "debian").places(scope, REFERENCE)  # type: ignore[arg-type]  # a table
    assert by_hand(places, REFERENCE, {"authority": PEM}) == text
    several = by_hand(places, REFERENCE, {"authority": PEM, "next": OTHER})
    assert several == f"{text}, and likewise for each of the 2 certificates in it"
