"""The Machine resource: a docker-machine host."""

from collections.abc import Mapping
from uuid import uuid4

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.docker_machine import OptionValue
from providers.props import Props, Provider, Tool, changed, docker_machine

_REPLACES = ("name", "driver", "options", "instance")
_UPDATES = ("tool", "owner", "ssh_key", "pinned_host_key")


class MachineProvider(Provider):
    """Translates Pulumi's calls into a machine's life."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, _REPLACES)
        updates = changed(_olds, _news, _UPDATES)
        return DiffResult(changes=bool(replaces or updates), replaces=replaces, delete_before_replace=True)

    def create(self, props: Props) -> CreateResult:
        from providers.lifecycle import Wanted, create_machine

        tool = docker_machine(props)
        login = create_machine(
            tool,
            Wanted(
                name=props["name"],
                owner=props["owner"],
                driver=props["driver"],
                options=props["options"],
                ssh_key=props.get("ssh_key"),
                host_key=props.get("pinned_host_key"),
            ),
        )
        outputs = {
            "address": login.host,
            "user": login.user,
            "port": login.port,
            "private_key": login.private_key,
            "host_key": login.host_key,
            "folder": str(tool.folder(props["name"])),
            "serial": uuid4().hex,
        }
        return CreateResult(props["name"], {**props, **outputs})

    def read(self, id_: str, props: Props) -> ReadResult:
        return ReadResult(id_, props) if docker_machine(props).exists(id_) else ReadResult("", {})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        kept = {key: _olds[key] for key in ("address", "user", "port", "private_key", "serial")}
        folder = docker_machine(_news).folder(_news["name"])
        host_key = _news.get("pinned_host_key") or _olds["host_key"]
        return UpdateResult({**_news, **kept, "host_key": host_key, "folder": str(folder)})

    def delete(self, _id: str, _props: Props) -> None:
        from providers.lifecycle import remove_machine

        remove_machine(docker_machine(_props), _id)


class Machine(Resource, module="registry", name="Machine"):
    """A machine that docker-machine made and keeps the entry of.

    `address` stays what it was at creation; a static address is a resource of its own. `serial` is another one for
    every creation, so that whatever lives on the machine can be tied to it. `folder` holds the certificate and key
    for its engine. `instance` identifies what the machine runs on where the stack made that itself: another
    instance is another machine.
    """

    address: pulumi.Output[str]
    user: pulumi.Output[str]
    port: pulumi.Output[int]
    private_key: pulumi.Output[str]
    host_key: pulumi.Output[str]
    folder: pulumi.Output[str]
    serial: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        driver: str,
        options: Mapping[str, OptionValue],
        owner: str,
        tool: Tool,
        instance: pulumi.Input[str] | None = None,
        ssh_key: pulumi.Input[str] | None = None,
        pinned_host_key: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": name,
            "driver": driver,
            "options": options,
            "owner": owner,
            "tool": tool,
            "instance": instance,
            "ssh_key": ssh_key,
            "pinned_host_key": pinned_host_key,
        }
        unknown = dict.fromkeys(("address", "user", "port", "private_key", "host_key", "folder", "serial"))
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private_key"])
        super().__init__(
            MachineProvider(), resource_name, {**inputs, **unknown}, pulumi.ResourceOptions.merge(secret, opts)
        )
