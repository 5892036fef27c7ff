"""The registry's certificate and key, put in place while clients push and pull.

A certificate that stands beside another one's key keeps a registry from starting. So both are staged in a folder of
their own, and moved into place together, just before the restart.
"""

from pathlib import Path

from registry_stack.certificates.fingerprints import fetch_sha256, sha256_of
from registry_stack.common.errors import StackError
from registry_stack.common.hashing import sha256_of_text
from registry_stack.common.waiting import wait_until
from registry_stack.guest.scripts import load_script, write_file
from registry_stack.registry.configuration import CERTIFICATE, KEPT_CERTIFICATES, KEY
from registry_stack.registry.restart import gentle_restart_script, restarted_at
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import Shell, connect

STAGED = KEPT_CERTIFICATES / "next"
_MODES = {KEY: "600", CERTIFICATE: "644"}
_INSTALLED = "installed"
_SECONDS_TO_SERVE = 30


def stage_file(name: str) -> str:
    """A script that writes standard input to where the certificate or key of that file name waits to be installed. If
    it is installed already, nothing waits."""
    staged, installed = STAGED / name, KEPT_CERTIFICATES / name
    return f"{write_file(staged, mode=_MODES[name])}; ! cmp -s {staged} {installed} || rm {staged}"


def install_staged() -> str:
    """A script that moves the staged certificate and key into place together and says so, if they, and the one of them
    that stays, have the sums that standard input lists as for `sha256sum -c`. Else it prints nothing."""
    return load_script(
        Path(__file__).with_name("install_staged.sh"),
        FOLDER=KEPT_CERTIFICATES,
        STAGED=STAGED.name,
        NAMES=" ".join(_MODES),
        INSTALLED=_INSTALLED,
    )


def install_certificate(machine: Login, chain: str, private_key: str) -> None:
    """Installs certificate and key (PEM) as they were staged, or stages them first. If there is a registry's container
    already, it is restarted gently, and waited for until it serves them."""
    contents = {KEY: private_key, CERTIFICATE: chain}
    with connect(machine) as shell:
        if not _install_staged(shell, contents):
            for name, content in contents.items():
                shell.run_as_root(write_file(STAGED / name, mode=_MODES[name]), stdin=content)
            if not _install_staged(shell, contents):
                raise StackError(f"{machine}: the files in {STAGED} are not what was written there")
        port = restarted_at(shell.run_as_root(gentle_restart_script(), purpose="restarting the registry"))
    if port:
        _wait_until_served(machine.host, port, sha256_of(chain))


def _install_staged(shell: Shell, contents: dict[str, str]) -> bool:
    sums = "".join(f"{sha256_of_text(content)}  {name}\n" for name, content in contents.items())
    return shell.run_as_root(install_staged(), stdin=sums).strip() == _INSTALLED


def _wait_until_served(host: str, port: int, wanted: str) -> None:
    def is_served() -> bool:
        shown = fetch_sha256(host, port)
        if shown != wanted:
            raise ConnectionError(f"it presents a certificate with the SHA-256 {shown}")
        return True

    wait_until(f"{host}:{port} to serve the certificate with the SHA-256 {wanted}", is_served, _SECONDS_TO_SERVE)
