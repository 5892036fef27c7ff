"""The Restart resource: a machine that has been restarted since something changed on it."""

from collections.abc import Mapping
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, UpdateResult

from providers.props import Props, Provider, changed, login


class RestartProvider(Provider):
    """Translates Pulumi's calls into reboots; reading and deleting do nothing."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["serial"])
        updates = changed(_olds, _news, ["because", "login", "folder", "deadline"])
        return DiffResult(changes=bool(replaces or updates), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        _restart(props)
        return CreateResult(props["serial"], {**props, "address": props["login"]["host"]})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        if changed(_olds, _news, ["because"]):
            _restart(_news)
        return UpdateResult({**_news, "address": _news["login"]["host"]})


class Restart(Resource, module="registry", name="Restart"):
    """A machine restarted, and its engine ready again, whenever `because` (any text) becomes another."""

    address: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        login: Mapping[str, pulumi.Input[str | int]],
        folder: pulumi.Input[str],
        because: pulumi.Input[str],
        serial: pulumi.Input[str],
        deadline: float,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"login": login, "folder": folder, "because": because, "serial": serial, "deadline": deadline}
        super().__init__(RestartProvider(), resource_name, {**inputs, "address": None}, opts)


def _restart(props: Props) -> None:
    from providers.engine import wait_for_engine
    from providers.reboot import reboot

    machine = login(props)
    reboot(machine, machine.host, props["deadline"])
    wait_for_engine(machine.host, Path(props["folder"]), props["deadline"])
