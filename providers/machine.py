"""The Machine resource: a docker-machine host."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from providers.base import WELL, Props, Provider, Tool, changed, docker_machine
from registry_stack.machines.docker_machine import OptionValue
from registry_stack.machines.options import faults, needs_replacement
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.login import Login

_UPDATES = ("tool", "owner", "options", "keep", "moves", "ssh_key", "pinned_host_key")


class MachineProvider(Provider):
    """Translates Pulumi's calls into a machine's life."""

    def check(self, _olds: Props, news: Props) -> CheckResult:
        known = all(_olds.get(key) == news.get(key) for key in ("driver", "options"))
        reasons = [] if known or news["adopt"] else faults(docker_machine(news), news["driver"], news["options"])
        return CheckResult(news, [CheckFailure("options", reason) for reason in reasons])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ("name", "instance", "adopt"))
        # whoever made an adopted machine has settled its driver and options
        if not _news["adopt"]:
            replaces += changed(_olds, _news, ["driver"])
            replaces += ["options"] if needs_replacement(_olds["options"], _news["options"]) else []
        needed = bool(replaces or changed(_olds, _news, _UPDATES)) or _olds["health"] != WELL
        return DiffResult(changes=needed, replaces=replaces, delete_before_replace=True)

    def create(self, props: Props) -> CreateResult:
        from registry_stack.machines.lifecycle import adopt_machine, create_machine

        tool = docker_machine(props)
        login = (adopt_machine if props["adopt"] else create_machine)(tool, _spec(props))
        outputs = {
            "address": login.host,
            "user": login.user,
            "port": login.port,
            "private_key": login.private_key,
            "host_key": login.host_key,
            "folder": str(tool.store.folder(props["name"])),
            "serial": uuid4().hex,
            "health": WELL,
        }
        return CreateResult(props["name"], {**props, **outputs})

    def read(self, id_: str, props: Props) -> ReadResult:
        from registry_stack.machines.health import Health, inspect_machine

        tool = docker_machine(props)
        tool.store.repair(id_)
        # docker-machine believes of the generic driver what it was told last: where the machine moved to
        moved = props["moves"] and props["driver"] == "generic" and tool.store.exists(id_)
        health = Health.WELL if moved else inspect_machine(tool, id_)
        if health is Health.GONE:
            return ReadResult("", {})
        if health is Health.WELL and not props["adopt"] and not tool.store.has_taken_over(id_, props["options"]):
            health = Health.OUTDATED  # an update was cut short, and what it was for is no longer wanted
        return ReadResult(id_, {**props, "health": str(health)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        from registry_stack.machines.lifecycle import update_machine

        tool = docker_machine(_news)
        host_key = _news.get("pinned_host_key") or _olds["host_key"]
        known = Login(_olds["address"], _olds["user"], _olds["private_key"], host_key, int(_olds["port"]))
        tool.store.repair(_news["name"])
        other = changed(_olds, _news, ["options"]) or not tool.store.has_taken_over(_news["name"], _news["options"])
        take_over = bool(other) and not _news["adopt"]
        address = update_machine(tool, _spec(_news), known, take_over=take_over)
        # the address of a machine that moves to a static one stays what it was at creation: else the steps that
        # came before the move would run again, at an address where nobody is
        kept = {key: _olds[key] for key in ("address", "user", "port", "private_key", "serial")}
        found = {"host_key": host_key, "folder": str(tool.store.folder(_news["name"])), "health": WELL}
        return UpdateResult({**_news, **kept, **found, **({} if _news["moves"] else {"address": address})})

    def delete(self, _id: str, _props: Props) -> None:
        from registry_stack.machines.lifecycle import release_machine, remove_machine

        (release_machine if _props["keep"] else remove_machine)(docker_machine(_props), _id)


@dataclass(frozen=True)
class MachineArgs:
    """A machine's inputs.

    `moves`: a static address, `moves_to`, follows. `adopt`: docker-machine has it already. `keep`: it is left behind.
    `instance` identifies what the machine runs on where the stack made that itself: another one is another machine.
    """

    name: str
    driver: str
    options: Mapping[str, OptionValue]
    owner: str
    tool: Tool
    moves: bool
    adopt: bool = False
    keep: bool = False
    moves_to: str | None = None
    instance: pulumi.Input[str] | None = None
    ssh_key: pulumi.Input[str] | None = None
    pinned_host_key: pulumi.Input[str] | None = None


class Machine(Resource, module="registry", name="Machine"):
    """A machine that docker-machine made and keeps the entry of.

    `serial` is another one for every creation, so that whatever lives on the machine can be tied to it. `folder` holds
    the certificate and key for its engine. `health` is what the last refresh found; anything but "well" is healed by
    the next `up`.
    """

    address: pulumi.Output[str]
    user: pulumi.Output[str]
    port: pulumi.Output[int]
    private_key: pulumi.Output[str]
    host_key: pulumi.Output[str]
    folder: pulumi.Output[str]
    serial: pulumi.Output[str]
    health: pulumi.Output[str]

    def __init__(self, resource_name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {key: getattr(args, key) for key in args.__dataclass_fields__}
        outputs = dict.fromkeys(key for key in Machine.__annotations__)
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private_key"])
        props = {**inputs, **outputs}
        super().__init__(MachineProvider(), resource_name, props, pulumi.ResourceOptions.merge(secret, opts))


def _spec(props: Props) -> MachineSpec:
    return MachineSpec(
        name=props["name"],
        owner=props["owner"],
        driver=props["driver"],
        options=props["options"],
        ssh_key=props.get("ssh_key"),
        host_key=props.get("pinned_host_key"),
        instance=props.get("instance"),
        moves_to=props.get("moves_to"),
    )
