"""The registry's certificate and key, staged and moved into place by a real shell."""

import hashlib
import os
from collections.abc import Iterator, Mapping

import pytest

from registry_stack.registry.certificate import STAGED, install_certificate, install_staged, stage_file
from registry_stack.registry.configuration import CERTIFICATE, KEPT_CERTIFICATES, KEY
from tests.fakes.ssh_server import Reply, SshServer
from tests.shell.guest_shell import Guest

OLD = {KEY: "old key\n", CERTIFICATE: "old certificate\n"}
NEW = {KEY: "new key\n", CERTIFICATE: "new certificate\n"}
RENEWED = {KEY: OLD[KEY], CERTIFICATE: "renewed certificate\n"}
MODES = {KEY: 0o600, CERTIFICATE: 0o644}


def stage(guest: Guest, **contents: str) -> None:
    """What the stack's commands do, one for each file."""
    for name, content in contents.items():
        guest.run_as_root(stage_file(name), content)


def sums(wanted: Mapping[str, str]) -> str:
    return "".join(f"{hashlib.sha256(content.encode()).hexdigest()}  {name}\n" for name, content in wanted.items())


def install(guest: Guest, wanted: Mapping[str, str]) -> str:
    return guest.run_as_root(install_staged(), sums(wanted))


def files(guest: Guest, folder: object) -> dict[str, str]:
    return {path.name: path.read_text() for path in guest.path(str(folder)).glob("*") if path.is_file()}


def installed(guest: Guest) -> dict[str, str]:
    return files(guest, KEPT_CERTIFICATES)


def staged(guest: Guest) -> dict[str, str]:
    return files(guest, STAGED)


def modes(guest: Guest, folder: object) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in guest.path(str(folder)).glob("*") if path.is_file()}


@pytest.fixture
def machine(guest: Guest) -> Guest:
    """A machine that has a certificate and key already."""
    stage(guest, **OLD)
    assert install(guest, OLD) == "installed\n"
    return guest


def test_what_is_staged_waits_beside_what_is_installed(machine: Guest) -> None:
    stage(machine, **NEW)
    assert staged(machine) == NEW
    assert modes(machine, STAGED) == MODES
    assert installed(machine) == OLD


def test_what_is_installed_already_does_not_wait(machine: Guest) -> None:
    stage(machine, **OLD)
    assert staged(machine) == {}
    stage(machine, **NEW)
    stage(machine, **OLD)
    assert staged(machine) == {}, "what waited before is no longer wanted"
    assert installed(machine) == OLD


def test_what_was_staged_last_waits(machine: Guest) -> None:
    stage(machine, **NEW)
    stage(machine, **RENEWED)
    assert staged(machine) == {CERTIFICATE: RENEWED[CERTIFICATE]}


def test_both_are_installed_at_once(machine: Guest) -> None:
    stage(machine, **NEW)
    assert install(machine, NEW) == "installed\n"
    assert installed(machine) == NEW
    assert modes(machine, KEPT_CERTIFICATES) == MODES
    assert not machine.path(str(STAGED)).exists()


def test_a_key_that_nobody_staged_stays(machine: Guest) -> None:
    stage(machine, **RENEWED)
    assert staged(machine).keys() == {CERTIFICATE}
    assert install(machine, RENEWED) == "installed\n"
    assert installed(machine) == RENEWED
    assert modes(machine, KEPT_CERTIFICATES) == MODES


def test_what_is_there_already_counts_as_installed(machine: Guest) -> None:
    assert install(machine, OLD) == "installed\n"
    assert installed(machine) == OLD
    assert modes(machine, KEPT_CERTIFICATES) == MODES


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_logins_umask(umask: int, guest: Guest) -> None:
    for name, content in NEW.items():
        with guest.start_as_root(stage_file(name), umask) as process:
            process.communicate(content.encode())
    assert modes(guest, STAGED) == MODES
    install(guest, NEW)
    assert modes(guest, KEPT_CERTIFICATES) == MODES


@pytest.mark.parametrize(
    "waits",
    [
        pytest.param({}, id="nothing"),
        pytest.param({CERTIFICATE: NEW[CERTIFICATE]}, id="no key"),
        pytest.param({KEY: NEW[KEY]}, id="no certificate"),
        pytest.param({**NEW, KEY: "another's"}, id="another key"),
        pytest.param({**NEW, CERTIFICATE: "another's"}, id="another certificate"),
    ],
)
def test_nothing_is_moved_unless_all_of_it_is_as_wanted(waits: dict[str, str], machine: Guest) -> None:
    stage(machine, **waits)
    assert install(machine, NEW) == ""
    assert installed(machine) == OLD
    stage(machine, **NEW)
    assert install(machine, NEW) == "installed\n"
    assert installed(machine) == NEW


def test_a_machine_without_any_of_it_has_nothing_to_install(guest: Guest) -> None:
    assert install(guest, NEW) == ""
    assert not guest.path(str(KEPT_CERTIFICATES)).exists()


def killed_at(machine: Guest, tool: str, call: int) -> None:
    """From now on the shell dies as that call of a tool begins, and each tool works again after that."""
    counts, path = machine.root / f"{tool}.calls", machine.root / "bin" / tool
    path.write_text(
        f'#!/bin/sh\necho "$*" >>{counts}\n'
        f'if [ "$(wc -l <{counts})" = {call} ]; then rm {path}; kill -9 $PPID; exit 1; fi\n'
        f'PATH={os.environ["PATH"]} exec {tool} "$@"\n'
    )
    path.chmod(0o755)


STEPS = [("sha256sum", 1), ("mv", 1), ("mv", 2), ("rm", 1)]


@pytest.mark.parametrize(
    ("wanted", "tool", "call"),
    [(NEW, *step) for step in STEPS] + [(RENEWED, *step) for step in (*STEPS, ("cp", 1))],
    ids=lambda each: "both" if each is NEW else "the certificate" if each is RENEWED else None,
)
def test_killed_in_between_the_next_one_finishes(wanted: dict[str, str], tool: str, call: int, machine: Guest) -> None:
    stage(machine, **wanted)
    killed_at(machine, tool, call)
    with machine.start_as_root(install_staged()) as process:
        output, _ = process.communicate(sums(wanted).encode())
    assert output == b""
    assert not (machine.root / "bin" / tool).exists(), "it was not killed"
    assert install(machine, wanted) == "installed\n"
    assert installed(machine) == wanted
    assert modes(machine, KEPT_CERTIFICATES) == MODES
    assert not machine.path(str(STAGED)).exists()


def test_what_a_cut_staging_has_left_keeps_nothing_from_being_installed(machine: Guest) -> None:
    stage(machine, **NEW)
    (machine.path(str(STAGED)) / f"{KEY}.new").write_text("-----BEGIN")
    assert install(machine, NEW) == "installed\n"
    assert installed(machine) == NEW
    assert install(machine, NEW) == "installed\n"
    assert not machine.path(str(STAGED)).exists(), "a part of a key is left"


@pytest.fixture
def server(machine: Guest) -> Iterator[SshServer]:
    """The machine over SSH, whose engine has no registry yet."""
    docker = machine.root / "bin" / "docker"
    docker.write_text("#!/bin/sh\n")
    docker.chmod(0o755)
    with SshServer(lambda command, stdin: Reply(machine.run(command, stdin))).serving() as serving:
        yield serving


@pytest.mark.parametrize("waits", [NEW, {**NEW, KEY: "another's"}, RENEWED, {}], ids=["all", "other", "one", "nothing"])
def test_whatever_waits_what_is_wanted_is_installed(waits: dict[str, str], machine: Guest, server: SshServer) -> None:
    stage(machine, **waits)
    install_certificate(server.login, NEW[CERTIFICATE], NEW[KEY])
    assert installed(machine) == NEW
    assert modes(machine, KEPT_CERTIFICATES) == MODES
    assert not machine.path(str(STAGED)).exists()


def test_a_copy_that_was_cut_is_not_taken_for_the_file(machine: Guest, server: SshServer) -> None:
    stage(machine, **RENEWED)
    (machine.path(str(STAGED)) / KEY).write_text(OLD[KEY][:3])
    assert install(machine, RENEWED) == ""
    install_certificate(server.login, RENEWED[CERTIFICATE], RENEWED[KEY])
    assert installed(machine) == RENEWED
