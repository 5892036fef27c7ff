"""A registry taken away from a host by a real shell, with an engine that is imitated."""

from pathlib import Path
from subprocess import CalledProcessError

import pytest

from registry_stack.registry import removal
from registry_stack.remote.login import Login
from tests.shell.guest_shell import Guest

FILES, DATA = "/var/lib/boot2docker/registry-certs", "/var/lib/boot2docker/registry-data"
DOCKER = """#!/bin/sh
echo "$*" >>ROOT/calls
case $1 in ps) [ ! -e ROOT/silent ] || { echo "no daemon" >&2; exit 1; }; cat ROOT/containers ;; esac
"""
LISTED = "ps --all --quiet --filter name=^registry$ --filter label=registry-stack.starts-with"


@pytest.fixture
def host(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """A host with a registry."""
    docker = guest.root / "bin" / "docker"
    docker.write_text(DOCKER.replace("ROOT", str(guest.root)))
    docker.chmod(0o755)
    (guest.root / "containers").write_text("c0ffee\n")
    for folder, file in ((FILES, "registry-key.pem"), (DATA, "docker/registry/v2/blob")):
        path = guest.path(f"{folder}/{file}")
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setattr(removal, "run_as_root", lambda _login, script, **_: guest.run_as_root(script))
    return guest


def remove(*, with_data: bool = True) -> None:
    removal.remove_registry(Login("host", "user", None, "key"), with_data=with_data)


def calls(host: Guest) -> list[str]:
    return (host.root / "calls").read_text().splitlines()


def there(host: Guest) -> list[str]:
    return sorted(path.name for path in Path(host.path("/var/lib")).rglob("*"))


def test_the_container_its_files_and_its_data(host: Guest) -> None:
    remove()
    assert calls(host) == [LISTED, "rm --force --volumes c0ffee"]
    assert there(host) == [], "nor the folder that was made for them"


def test_what_it_holds_stays_if_it_should(host: Guest) -> None:
    remove(with_data=False)
    assert there(host) == ["blob", "boot2docker", "docker", "registry", "registry-data", "v2"]


def test_what_is_another_s_in_that_folder_stays(host: Guest) -> None:
    host.bootsync.write_text("#!/bin/sh\n")
    remove()
    assert there(host) == ["boot2docker", "bootsync.sh"]


def test_to_repeat_it_is_no_error(host: Guest) -> None:
    remove()
    (host.root / "containers").write_text("")
    remove()
    assert calls(host)[-1] == LISTED


def test_a_container_that_can_not_be_removed_keeps_its_files(host: Guest) -> None:
    (host.root / "silent").touch()
    with pytest.raises(CalledProcessError) as raised:
        remove()
    assert b"its Docker engine does not answer: no daemon" in raised.value.stderr
    assert host.path(FILES).exists()
