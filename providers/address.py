"""The StaticAddress resource: the address that a machine has from now on."""

from collections.abc import Mapping
from dataclasses import replace

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, UpdateResult

from guest.boot2docker import install_block
from guest.files import as_root
from providers.docker_machine import DockerMachine
from providers.engine import has_certificate_for, wait_for_engine
from providers.props import Props, Provider, Tool, changed, docker_machine, login
from providers.reboot import answers, reboot
from providers.ssh import Login, run_command
from providers.waiting import wait_for

PART = "static address"
_UPDATES = ("tool", "login", "address", "block")


class StaticAddressProvider(Provider):
    """Translates Pulumi's calls into moves of a machine."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["name", "serial"])
        return DiffResult(changes=bool(replaces or changed(_olds, _news, _UPDATES)), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        move_machine(docker_machine(props), props["name"], login(props), props["address"], props["block"])
        return CreateResult(props["name"], {**props, "settled": props["address"]})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        if changed(_olds, _news, ["address", "block"]):
            now = replace(login(_news), host=_olds["settled"])
            move_machine(docker_machine(_news), _news["name"], now, _news["address"], _news["block"])
        return UpdateResult({**_news, "settled": _news["address"]})


class StaticAddress(Resource, module="registry", name="StaticAddress"):
    """A machine's move to an address of its own. `settled` is where it answers now, and is known after the move."""

    settled: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        tool: Tool,
        login: Mapping[str, pulumi.Input[str | int]],
        address: str,
        block: str,
        serial: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"name": name, "tool": tool, "login": login, "address": address, "block": block, "serial": serial}
        super().__init__(StaticAddressProvider(), resource_name, {**inputs, "settled": None}, opts)


def move_machine(tool: DockerMachine, name: str, now: Login, address: str, block: str) -> None:
    """Moves a Boot2Docker machine from where it answers now to `address`, as the guide does: bootsync.sh, restart,
    regenerate-certs. `block` is what bootsync.sh has to say of it.

    A machine that is there already, because an earlier move was cut short, is not restarted again.
    """
    there = replace(now, host=address)
    if now.host != address and answers(there):
        now = there
    else:
        run_command(now, as_root(install_block(PART)), stdin=block)
        reboot(now, address, tool.deadline)
    tool.move(name, address)
    folder = tool.folder(name)
    certified = wait_for(
        f"the engine of {name} at {address}", lambda: (has_certificate_for(address, folder),), tool.deadline
    )
    if certified != (True,):
        tool.regenerate_certificates(name)
    wait_for_engine(address, folder, tool.deadline)
