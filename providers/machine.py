"""The Machine resource: a docker-machine host."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource, Tool, changed, docker_machine
from registry_stack.common.options import OptionValue
from registry_stack.machines.health import Health, inspect_machine
from registry_stack.machines.lifecycle import (
    adopt_machine,
    create_machine,
    release_machine,
    remove_machine,
    update_machine,
)
from registry_stack.machines.options import faults, needs_replacement
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.login import Login


class MachineProvider(Provider):
    """Creates a machine, heals it, and removes it unless it is to be kept. Another driver, or an option that a machine
    can't take over, replaces it. The old one goes first, since both have the same name."""

    replaces = ("name", "instance", "adopt")
    updates = ("tool", "owner", "options", "keep", "moves", "ssh_key", "pinned_host_key")
    delete_before_replace = True

    def check(self, old: Props, new: Props) -> CheckResult:
        known = all(old.get(key) == new.get(key) for key in ("driver", "options"))
        reasons = [] if known or new["adopt"] else faults(docker_machine(new), new["driver"], new["options"])
        return CheckResult(new, [CheckFailure("options", reason) for reason in reasons])

    def replaced_by(self, old: Props, new: Props) -> list[str]:
        replaced = super().replaced_by(old, new)
        if new["adopt"]:  # it keeps the driver and options that it was made with
            return replaced
        options = ["options"] if needs_replacement(old["options"], new["options"]) else []
        return [*replaced, *changed(old, new, ["driver"]), *options]

    def create(self, props: Props) -> CreateResult:
        tool, spec = docker_machine(props), _spec(props)
        login = adopt_machine(tool, spec) if props["adopt"] else create_machine(tool, spec)
        outputs = {
            "address": login.host,
            "user": login.user,
            "port": login.port,
            "private_key": login.private_key,
            "host_key": login.host_key,
            "folder": str(tool.store.folder(props["name"])),
            "serial": uuid4().hex,
            "drift": [],
        }
        return CreateResult(props["name"], {**props, **outputs})

    def read(self, id_: str, props: Props) -> ReadResult:
        tool = docker_machine(props)
        tool.record(id_).restore_entry()
        # docker-machine believes what it was last told about a generic machine: where it moved to
        moved = props["moves"] and props["driver"] == "generic" and tool.store.exists(id_)
        health = Health.WELL if moved else inspect_machine(tool, id_)
        if health is Health.GONE:
            return ReadResult("", {})
        if health is Health.WELL and not props["adopt"] and not tool.store.has_options(id_, props["options"]):
            health = Health.OUTDATED  # an update was cut short, and is no longer wanted
        return ReadResult(id_, {**props, "drift": health.drift})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        tool = docker_machine(new)
        host_key = new.get("pinned_host_key") or old["host_key"]
        known = Login(old["address"], old["user"], old["private_key"], host_key, int(old["port"]))
        tool.record(new["name"]).restore_entry()
        other = changed(old, new, ["options"]) or not tool.store.has_options(new["name"], new["options"])
        address = update_machine(tool, _spec(new), known, set_options=bool(other) and not new["adopt"])
        # the address of a machine that moves to a static one stays that of its creation: otherwise the steps before the
        # move would run again, at an address where nothing answers
        kept = {key: old[key] for key in ("address", "user", "port", "private_key", "serial")}
        found = {"host_key": host_key, "folder": str(tool.store.folder(new["name"])), "drift": []}
        return UpdateResult({**new, **kept, **found, **({} if new["moves"] else {"address": address})})

    def delete(self, id_: str, props: Props) -> None:
        tool = docker_machine(props)
        if props["keep"]:
            release_machine(tool, id_)
        else:
            remove_machine(tool, id_)


@dataclass(frozen=True)
class MachineArgs:
    """A machine's inputs.

    `moves`: it moves to a static address, `moves_to`. `adopt`: docker-machine has it already. `keep`: destroy leaves
    it. `instance` identifies what the machine runs on, if the stack made that itself; another one replaces the machine.
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


class Machine(StackResource, module="registry", name="Machine"):
    """A machine that docker-machine created and has an entry of.

    `serial` is new for every creation, so whatever lives on the machine can be tied to it. `folder` has the certificate
    and key for its engine.
    """

    provider = MachineProvider
    secrets = ("private_key",)

    address: pulumi.Output[str]
    user: pulumi.Output[str]
    port: pulumi.Output[int]
    private_key: pulumi.Output[str]
    host_key: pulumi.Output[str]
    folder: pulumi.Output[str]
    serial: pulumi.Output[str]

    def __init__(self, resource_name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(resource_name, args, opts)


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
