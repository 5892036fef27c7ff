"""A host whose user logs in to other shells, which print what they like: trust comes and goes as with any."""

from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Network
from pathlib import PurePosixPath

import docker
import pytest

from images.build import bring_up_to_date
from images.inputs import SYSTEMS as IMAGES
from registry_stack.common.errors import StackError
from registry_stack.guest.engines import ENGINES
from registry_stack.guest.systems import SYSTEMS
from registry_stack.remote.ssh import run_as_root, run_script
from registry_stack.trust.client import TrustClient
from registry_stack.trust.desired import DesiredTrust
from registry_stack.trust.plan import Previous
from tasks.lab.systems import SystemHost, network_of_hosts, system_hosts
from tasks.stack.shells import SHELLS
from tests.authorities import LASTING, Made
from tests.e2e.systems import snapshot

NAME, SUBNET = "e2e-logins", "192.168.249"
LABELS = {"registry-stack.test": NAME}
DESIRED = DesiredTrust(
    reference="registry0.localdomain",
    address="192.168.233.3",
    names=("registry0.localdomain", "registry0"),
    anchors={"authority": Made(**LASTING).pem},
    system_wide=True,
    engine=ENGINES["docker"],
)
LOUD = "echo Welcome to rack1; printf \"Don't panic '; touch /pwned; x='\"; echo == hosts; printf '\\033]0;x\\007' >&2"
ODD = ["it's", "C:\\a\\'b\\", "$HOME ${HOME} (id) `id`", "a;b & c | d > e # f", "two\nlines", "\u00f6\u2019\U0001f511"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemHost]:
    with closing(docker.from_env(timeout=600)) as engine:
        list(bring_up_to_date(engine, IMAGES))
        folder = tmp_path_factory.mktemp("keys")
        with (
            network_of_hosts(engine, NAME, IPv4Network(f"{SUBNET}.0/24"), LABELS) as first,
            system_hosts(engine, NAME, first, {"logins": "debian"}, folder, LABELS) as hosts,
        ):
            yield hosts["logins"]


def in_container(host: SystemHost, script: str) -> str:
    code, printed = host.container.exec_run(["/bin/sh", "-ec", script])
    assert code == 0, printed
    assert isinstance(printed, bytes)
    return printed.decode()


@pytest.fixture(params=["/usr/bin/fish", "/usr/bin/tcsh", "/bin/bash", "/bin/dash"])
def login_shell(request: pytest.FixtureRequest, host: SystemHost) -> Iterator[str]:
    """The user's shell, with a profile that says more than it should."""
    in_container(host, f"sed -i 's|^\\(docker:.*\\):[^:]*$|\\1:{request.param}|' /etc/passwd")
    home = "/home/docker"
    loud = LOUD.replace("'", "'\\''")
    in_container(
        host,
        f"mkdir -p {home}/.config/fish; printf '%s\\n' '{loud}' | tee {home}/.bashrc {home}/.config/fish/config.fish",
    )
    in_container(host, f"echo 'echo Welcome to rack1' > {home}/.cshrc")
    yield request.param
    in_container(host, f"rm -rf {home}/.bashrc {home}/.cshrc {home}/.config")
    in_container(host, "sed -i 's|^\\(docker:.*\\):[^:]*$|\\1:/bin/sh|' /etc/passwd")


@pytest.mark.usefixtures("login_shell")
def test_trust_comes_and_goes(host: SystemHost) -> None:
    client, before = TrustClient("logins", host.login), snapshot(host)
    installed = client.install(DESIRED, "auto", Previous())
    assert installed.system == "debian"
    folders = tuple(map(PurePosixPath, installed.folders))
    previous = Previous(tuple(DESIRED.files(SYSTEMS["debian"])), folders, DESIRED.reference, DESIRED.names)
    assert client.inspect(DESIRED, SYSTEMS["debian"], previous) == []
    client.uninstall(DESIRED, SYSTEMS["debian"], previous)
    assert snapshot(host) == before
    assert in_container(host, "ls /").split().count("pwned") == 0


@pytest.mark.usefixtures("login_shell")
def test_what_is_printed_is_the_scripts_own(host: SystemHost) -> None:
    script = "printf '%s\\n' \"it's\" '$HOME'; id -u; cat"
    assert run_as_root(host.login, script, stdin="a\nb") == "it's\n$HOME\n0\na\nb"
    assert run_script(host.login, script) == "it's\n$HOME\n1000\n"


def test_a_sudo_that_asks_for_a_password(host: SystemHost) -> None:
    in_container(host, "sed -i 's/NOPASSWD: //' /etc/sudoers")
    with pytest.raises(StackError, match="can't become root: neither sudo nor doas lets that user without a password"):
        run_as_root(host.login, "id")
    in_container(host, "sed -i 's/^docker ALL=(ALL:ALL) ALL/docker ALL=(ALL:ALL) NOPASSWD: ALL/' /etc/sudoers")
    assert run_as_root(host.login, "id -u") == "0\n"


def test_a_real_fish_reads_the_environments_lines(host: SystemHost) -> None:
    values = {f"V{at}": value for at, value in enumerate(ODD)}
    lines = "\n".join([*SHELLS["fish"].lines({"GONE": "x"}, values), "env --null"])
    printed = run_script(host.login, "GONE=x fish --no-config", stdin=lines)
    found = dict(line.split("=", 1) for line in printed.split("\0") if line)
    assert {name: found[name] for name in values} == values
    assert "GONE" not in found
