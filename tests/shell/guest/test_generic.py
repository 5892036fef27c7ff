"""A host that exists already, made fit for docker-machine and recovered by a real shell; its tools are imitated."""

import stat
import subprocess
from subprocess import CalledProcessError

import pytest

from registry_stack.guest.generic import prepare_host, protect_engine_key, recover_host, was_known
from tests.shell.guest_shell import Guest

DROP_IN = "/etc/systemd/system/docker.service.d/10-machine.conf"
KEY = "/etc/docker/server-key.pem"
SYSTEMCTL = """#!/bin/sh
echo "$*" >>ROOT/calls
case "$*" in
    is-active*) exec test -e ROOT/active ;;
    "start docker") test ! -e ROOT/broken || { echo "Unit docker.service has failed" >&2; exit 1; }; : >ROOT/active ;;
esac
"""


@pytest.fixture
def host(guest: Guest) -> Guest:
    """A host of systemd, without an engine."""
    guest.path("/run/systemd/system").mkdir(parents=True)
    tool(guest, "systemctl", SYSTEMCTL)
    tool(guest, "journalctl", "#!/bin/sh\necho 'the last lines of its log'\n")
    return guest


def tool(guest: Guest, name: str, text: str = "#!/bin/sh\n", folder: str = "bin") -> None:
    path = guest.root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("ROOT", str(guest.root)))
    path.chmod(0o755)


def engine(guest: Guest, *, active: bool = True) -> None:
    """Debian's own: its dockerd is not where docker-machine starts it."""
    tool(guest, "docker")
    tool(guest, "dockerd")
    if active:
        (guest.root / "active").touch()


def run(guest: Guest, script: str) -> str:
    """Runs a script of root's with the guest's tools alone; the host that the tests run on may have an engine."""
    here = script.replace("/usr/bin/dockerd", f"{guest.root}/usr/bin/dockerd")
    here = here.replace("command -v docker", f"PATH={guest.root}/bin command -v docker")
    (guest.root / "usr" / "bin").mkdir(parents=True, exist_ok=True)
    return guest.run_as_root(here)


def calls(guest: Guest) -> list[str]:
    log = guest.root / "calls"
    return log.read_text().splitlines() if log.exists() else []


def test_dockerd_is_where_docker_machine_starts_it(host: Guest) -> None:
    engine(host)
    assert run(host, prepare_host()) == ""
    assert host.path("/usr/bin/dockerd").readlink() == host.root / "bin" / "dockerd"
    assert calls(host) == ["is-active --quiet docker"]


def test_one_that_is_there_is_let_be(host: Guest) -> None:
    engine(host)
    tool(host, "dockerd", "its own", folder="usr/bin")
    run(host, prepare_host())
    assert host.path("/usr/bin/dockerd").read_text() == "its own"


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_engines_key_is_roots_alone_before_it_is_written(before: int | None, host: Guest) -> None:
    if before:
        host.path(KEY).parent.mkdir(mode=0o700)
        host.path(KEY).write_text("a key")
        host.path(KEY).chmod(before)
    run(host, prepare_host())
    assert stat.S_IMODE(host.path(KEY).stat().st_mode) == 0o600
    assert host.path(KEY).read_text() == ("a key" if before else "")


def test_a_service_that_has_failed_is_started(host: Guest) -> None:
    engine(host, active=False)
    run(host, prepare_host())
    assert calls(host)[-2:] == ["reset-failed docker.service docker.socket", "start docker"]


def test_a_service_that_does_not_start_is_told_with_its_log(host: Guest) -> None:
    engine(host, active=False)
    (host.root / "broken").touch()
    with pytest.raises(CalledProcessError) as raised:
        run(host, prepare_host())
    said = raised.value.stderr.decode()
    assert "its Docker Engine does not start: Unit docker.service has failed\nthe last lines of its log" in said


def test_another_programs_docker_command_is_no_engine(host: Guest) -> None:
    tool(host, "docker")
    with pytest.raises(CalledProcessError) as raised:
        run(host, prepare_host())
    assert b"but no dockerd: docker-machine needs Docker Engine" in raised.value.stderr
    assert not host.path("/usr/bin/dockerd").is_symlink()


def test_a_host_without_an_engine_gets_one_from_docker_machine(host: Guest) -> None:
    assert run(host, prepare_host()) == ""
    assert calls(host) == []


def test_without_systemd_nothing_is_touched(guest: Guest) -> None:
    tool(guest, "docker")
    before = sorted(guest.root.rglob("*"))
    assert run(guest, prepare_host()) == ""
    assert [path for path in sorted(guest.root.rglob("*")) if "usr" not in path.parts] == before


@pytest.mark.parametrize("known", [False, True])
def test_whether_docker_machine_was_there_before(known: bool, host: Guest) -> None:
    engine(host)
    if known:
        host.path(DROP_IN).parent.mkdir(parents=True)
        host.path(DROP_IN).touch()
    assert was_known(run(host, prepare_host())) is known


def drop_in(host: Guest) -> None:
    """docker-machine's configuration of the engine, with which it does not start."""
    host.path(DROP_IN).parent.mkdir(parents=True)
    host.path(DROP_IN).write_text("ExecStart=/usr/bin/dockerd")
    broken = SYSTEMCTL.replace("ROOT/broken", f"ROOT{DROP_IN}")
    tool(host, "systemctl", broken)


def test_an_engine_that_docker_machine_has_broken_runs_again(host: Guest) -> None:
    engine(host, active=False)
    drop_in(host)
    run(host, recover_host(known=False))
    assert (host.root / "active").exists()
    assert not host.path(DROP_IN).exists()


def test_what_docker_machine_had_configured_before_stays(host: Guest) -> None:
    engine(host, active=False)
    drop_in(host)
    with pytest.raises(CalledProcessError):
        run(host, recover_host(known=True))
    assert host.path(DROP_IN).exists()


def test_one_that_runs_is_let_be(host: Guest) -> None:
    engine(host)
    run(host, recover_host(known=False))
    assert calls(host) == ["is-active --quiet docker"]


@pytest.mark.parametrize("path", [KEY, "/var/lib/boot2docker/server-key.pem"])
def test_the_engines_key_is_protected_wherever_it_is(path: str, guest: Guest) -> None:
    guest.path(path).parent.mkdir(parents=True, exist_ok=True)
    guest.path(path).write_text("a key")
    guest.path(path).chmod(0o644)
    guest.run_as_root(protect_engine_key())
    assert stat.S_IMODE(guest.path(path).stat().st_mode) == 0o600


def test_the_scripts_are_shell() -> None:
    for script in (prepare_host(), recover_host(known=True), protect_engine_key()):
        subprocess.run(["/bin/sh", "-nc", script], check=True)
