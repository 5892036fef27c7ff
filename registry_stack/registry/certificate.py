"""The registry's certificate and key, put in place while clients push and pull."""

from registry_stack.certificates.fingerprints import fetch_sha256, sha256_of
from registry_stack.common.waiting import wait_until
from registry_stack.guest.scripts import as_root, write_file
from registry_stack.registry.configuration import CERTIFICATE, KEPT_CERTIFICATES, KEY
from registry_stack.registry.restart import RESTARTED, gentle_restart_script
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import connect

_SECONDS_TO_SERVE = 30


def install_certificate(machine: Login, port: int, chain: str, private_key: str) -> None:
    """Puts certificate and key (PEM) onto the machine. If the registry's container is there already, it is restarted
    gently, and waited for until it serves them at `port`."""
    with connect(machine) as shell:
        for file, mode, content in ((KEY, "600", private_key), (CERTIFICATE, "644", chain)):
            shell.run(as_root(write_file(KEPT_CERTIFICATES / file, mode=mode)), stdin=content)
        said = shell.run(as_root(gentle_restart_script(port)), purpose="restarting the registry")
    if said.strip() == RESTARTED:
        _wait_until_served(machine.host, port, sha256_of(chain))


def _wait_until_served(host: str, port: int, wanted: str) -> None:
    def served() -> bool:
        shown = fetch_sha256(host, port)
        if shown != wanted:
            raise ConnectionError(f"a certificate with the SHA-256 {shown}")
        return True

    wait_until(f"{host}:{port} to serve the certificate with the SHA-256 {wanted}", served, _SECONDS_TO_SERVE)
