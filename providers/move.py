"""Moving a machine to its static address, as the guide does. Nothing of Pulumi here."""

from dataclasses import replace

from guest.boot2docker import STATIC_ADDRESS, install_block
from guest.files import as_root
from providers.docker_machine import DockerMachine
from providers.engine import has_certificate_for, wait_for_engine
from providers.login import Login
from providers.reboot import answers, reboot
from providers.ssh import run_command
from providers.waiting import wait_for


def move_machine(tool: DockerMachine, name: str, now: Login, address: str, block: str) -> None:
    """Moves a Boot2Docker machine from where it answers now to `address`: bootsync.sh, restart, regenerate-certs.

    `block` is what bootsync.sh has to say of it. A machine that is there already, because an earlier move was cut
    short, is not restarted again.
    """
    there = replace(now, host=address)
    if now.host == address or not answers(there):
        run_command(now, as_root(install_block(STATIC_ADDRESS)), stdin=block)
        reboot(now, address, tool.deadline)
    tool.move(name, address)
    folder = tool.folder(name)
    if not _is_certified(name, address, tool):
        tool.regenerate_certificates(name)
    wait_for_engine(address, folder, tool.deadline)


def _is_certified(name: str, address: str, tool: DockerMachine) -> bool:
    folder = tool.folder(name)
    answer = wait_for(
        f"the engine of {name} at {address}", lambda: (has_certificate_for(address, folder),), tool.deadline
    )
    return answer[0]
