"""The gentle restart, by a real shell, of a registry whose Docker, firewall and clock are a test's."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_stack.common.waiting import wait_for
from registry_stack.registry.restart import gentle_restart_script, restarted_at
from tests.shell.guest_shell import Guest

PID = "77"
LISTENING = "   0: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 0A 00000000:00000000\n"
RULE = "-p tcp --dport 443 --syn -m addrtype --dst-type LOCAL -j DROP"
RULES = [f"PREROUTING {RULE}", f"OUTPUT {RULE}"]
SECONDS = 10
FILES = {"container": "abc123\n", "port": "443\n", "rules": "", "code": "0", "sockets": LISTENING}
# Each writes down what it is asked. `docker restart` lasts for as long as the file `busy` is there.
DOCKER = """
echo "docker $*" >>"$lab/asked"
case $1 in
    ps) cat "$lab/container" ;;
    inspect) case $3 in *PortBindings*) cat "$lab/port" ;; *) echo {pid} ;; esac ;;
    logs) echo "panic: no such certificate" ;;
    restart)
        cp "$lab/rules" "$lab/rules-at-restart"
        while [ -e "$lab/busy" ]; do /bin/sleep 0.01; done
        cp "$lab/sockets" "$lab/proc/{pid}/net/tcp6"
        exit "$(cat "$lab/code")" ;;
esac
"""
IPTABLES = """
echo "iptables $*" >>"$lab/asked"
[ "$1 $2 $3" = "-w -t mangle" ] || exit 2
does=$4; shift 4
case $does in
    -I) echo "$*" >>"$lab/rules" ;;
    -D)
        line=$(grep -nxFe "$*" "$lab/rules" | head -n 1 | cut -d: -f1)
        [ -n "$line" ] && sed -i "${{line}}d" "$lab/rules" ;;
esac
"""
# The main script's short naps take a second of the test's clock, the other process's take one of the real clock.
SLEEP = """
if [ "$1" = 1 ]; then exec /bin/sleep 0.02; fi
read -r up rest <"$lab/proc/uptime"; echo "$((${{up%.*}} + 1)).00 $rest" >"$lab/proc/uptime"
"""


@dataclass(frozen=True)
class Lab:
    """A guest with a Docker and a firewall that do as little as possible."""

    guest: Guest

    def write(self, file: str, content: str) -> None:
        path = self.guest.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def lines(self, file: str) -> list[str]:
        return (self.guest.root / file).read_text().splitlines()

    def asked(self, what: str) -> list[str]:
        path = self.guest.root / "asked"
        return [line for line in path.read_text().splitlines() if line.startswith(what)] if path.exists() else []

    def run(self) -> str:
        return self.guest.run_as_root(gentle_restart_script())

    @contextmanager
    def restarting(self) -> Iterator[subprocess.Popen[bytes]]:
        """The script, while it waits for Docker to restart the container."""
        self.write("busy", "")
        command = ["/bin/sh", "-ec", self.guest.here(gentle_restart_script())]
        environment = {"PATH": f"{self.guest.root}/bin:{os.environ['PATH']}"}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as script:
            wait_for("the restart to begin", lambda: self.asked("docker restart") or None, SECONDS, pause=0.01)
            try:
                yield script
            finally:
                (self.guest.root / "busy").unlink(missing_ok=True)


@pytest.fixture
def lab(guest: Guest) -> Iterator[Lab]:
    made = Lab(guest)
    for name, script in (("docker", DOCKER), ("iptables", IPTABLES), ("sleep", SLEEP)):
        made.write(f"bin/{name}", f"#!/bin/sh\nlab={guest.root}\n{script.format(pid=PID)}")
        (guest.root / "bin" / name).chmod(0o755)
    for file, content in FILES.items():
        made.write(file, content)
    made.write("proc/uptime", "100.50 200.00\n")
    made.write(f"proc/{PID}/net/tcp6", "")
    yield made
    # whatever a test that failed has left waits for no more than that
    made.write("proc/uptime", "999.00 999.00\n")


def test_an_engine_that_does_not_tell_the_port_stops_it_all(lab: Lab) -> None:
    lab.write("bin/docker", (lab.guest.root / "bin/docker").read_text().replace('cat "$lab/port"', "exit 1"))
    with pytest.raises(subprocess.CalledProcessError):
        lab.run()
    assert lab.asked("docker restart") == []
    assert lab.asked("iptables") == []


def test_new_connections_wait_while_the_container_restarts(lab: Lab) -> None:
    assert lab.run() == "restarted 443\n"
    assert lab.asked("docker ps") == [
        "docker ps --all --quiet --filter name=^registry$ --filter label=registry-stack.starts-with"
    ]
    assert {line.split()[-1] for line in lab.asked("docker inspect")} == {"abc123"}
    assert lab.asked("docker restart") == ["docker restart -t 10 abc123"]
    assert lab.lines("rules-at-restart") == RULES
    assert lab.lines("rules") == []


def test_what_a_killed_run_has_left_is_removed_and_nothing_else(lab: Lab) -> None:
    other = "PREROUTING -p tcp --dport 22 -j ACCEPT"
    lab.write("rules", "\n".join([RULES[0], other, *RULES, ""]))
    lab.run()
    assert lab.lines("rules-at-restart") == [other, *RULES]
    assert lab.lines("rules") == [other]


@pytest.mark.parametrize("docker", ["", "exit 1"], ids=["no container", "no engine"])
def test_where_nothing_runs_there_is_nothing_to_restart(docker: str, lab: Lab) -> None:
    lab.write("container", "")
    lab.write("bin/docker", f"#!/bin/sh\n{docker}\n")
    printed = lab.run()
    assert (printed, restarted_at(printed)) == ("", None)
    assert lab.asked("iptables") == []


@pytest.mark.parametrize("code", [1, 2, 127])
def test_without_a_firewall_it_is_restarted_all_the_same(code: int, lab: Lab) -> None:
    lab.write("bin/iptables", f"#!/bin/sh\necho no such table >&2\nexit {code}\n")
    assert lab.run() == "restarted 443\n"


SOCKETS = {
    "nothing yet": "",
    "another port": LISTENING.replace(":1388", ":1389"),
    "a connection of the port": LISTENING.replace(" 0A ", " 01 "),
    "a connection to that port": LISTENING.replace(":1388", ":9C40").replace(":0000", ":1388").replace(" 0A ", " 01 "),
}


@pytest.mark.parametrize("sockets", SOCKETS.values(), ids=SOCKETS)
def test_a_registry_that_does_not_listen_has_its_last_words_told(sockets: str, lab: Lab) -> None:
    lab.write("sockets", sockets)
    with pytest.raises(subprocess.CalledProcessError) as raised:
        lab.run()
    assert raised.value.stderr == b"panic: no such certificate\n"
    assert lab.lines("rules") == []
    assert lab.asked("docker logs") == ["docker logs --tail 5 abc123"]
    assert float(lab.lines("proc/uptime")[0].split()[0]) == 128


def test_one_that_listens_on_ipv4_alone_listens(lab: Lab) -> None:
    lab.write("sockets", "")
    lab.write(f"proc/{PID}/net/tcp", "   0: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n")
    assert lab.run() == "restarted 443\n"


def test_a_restart_that_fails_lets_clients_in_again(lab: Lab) -> None:
    lab.write("code", "1")
    with pytest.raises(subprocess.CalledProcessError):
        lab.run()
    assert lab.lines("rules-at-restart") == RULES
    assert lab.lines("rules") == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_clients_in_again(number: signal.Signals, lab: Lab) -> None:
    with lab.restarting() as script:
        assert lab.lines("rules") == RULES
        script.send_signal(number)
        (lab.guest.root / "busy").unlink()
        assert script.wait(SECONDS) == 1
    assert lab.lines("rules") == []


def test_a_connection_that_breaks_lets_clients_in_again(lab: Lab) -> None:
    with lab.restarting() as script:
        assert script.stdout is not None
        script.stdout.close()
        (lab.guest.root / "busy").unlink()
        script.wait(SECONDS)
    assert lab.lines("rules") == []


def test_after_a_kill_clients_are_let_in_again_once_their_patience_ends(lab: Lab) -> None:
    with lab.restarting() as script:
        script.kill()
        script.wait(SECONDS)
        lab.write("proc/uptime", "129.40 400.00\n")
        assert lab.lines("rules") == RULES
        lab.write("proc/uptime", "130.60 400.00\n")
        wait_for("clients to be let in", lambda: not lab.lines("rules") or None, SECONDS, pause=0.01)


def test_the_port_is_the_containers_own(lab: Lab) -> None:
    lab.write("port", "5443\n")
    assert restarted_at(lab.run()) == 5443
    assert lab.lines("rules-at-restart") == [rule.replace("443", "5443") for rule in RULES]


def test_nothing_of_it_lives_on(lab: Lab) -> None:
    lab.run()
    mark = str(lab.guest.root).encode()

    def ended() -> bool | None:
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        return None if any(mark in line for line in lines) else True

    wait_for("its processes to end", ended, SECONDS, pause=0.01)
