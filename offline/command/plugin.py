"""The command package: its one resource type here, remote Command."""

import secrets as random
from collections.abc import Iterable

from paramiko import Channel

from offline.command import session
from offline.command.connection import dial
from offline.plugin.engine import Engine
from offline.plugin.resource import Resource
from offline.plugin.schema import Property
from offline.plugin.server import Plugin
from offline.plugin.values import UNKNOWN, Properties

_HOST = {
    "host": Property(required=True),
    "port": Property(default=22),
    "user": Property(default="root"),
    "password": Property(),
    "privateKey": Property(),
    "privateKeyPassword": Property(),
    "agentSocketPath": Property(supported=False),
    "dialErrorLimit": Property(default=10),
    "perDialTimeout": Property(default=15),
    "hostKey": Property(),
}
_UPDATES = Property(replaces=False, exact=True)
_LOGGING = ("stdout", "stderr", "stdoutAndStderr", "none")


class Command(Resource):
    """Commands that a remote host runs when the resource is made, changed and removed."""

    token = "command:remote:Command"
    schema = {
        "connection": Property(
            required=True,
            replaces=False,
            exact=True,
            secret=True,
            fields={**_HOST, "proxy": Property(supported=False)},
        ),
        "create": _UPDATES,
        "update": _UPDATES,
        "delete": _UPDATES,
        "stdin": _UPDATES,
        "environment": _UPDATES,
        "logging": Property(replaces=False, exact=True, choices=_LOGGING),
        "addPreviousOutputInEnv": _UPDATES,
        "triggers": Property(exact=True),
        "stdout": Property(output=True),
        "stderr": Property(output=True),
    }

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def preview_update(self, state: Properties, inputs: Properties) -> Properties:
        return {**inputs, "stdout": UNKNOWN, "stderr": UNKNOWN}

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        # The name, so that an id tells what it is of, as the official plugin makes them.
        id_ = f"{urn.split('::')[-1]}{random.token_hex(4)}"
        return id_, self._run(urn, inputs.get("create"), inputs, {"stdout": "", "stderr": ""})

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        text = inputs.get("update", inputs.get("create"))
        return self._run(urn, text, inputs, _outputs(state))

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        self._run(urn, state.get("delete"), state, _outputs(state))

    def _run(self, urn: str, text: str | None, settings: Properties, previous: Properties) -> Properties:
        if text is None:
            return {**settings, **previous}
        transport = dial(settings["connection"], self._engine.cancelled, lambda line: self._engine.status(urn, line))
        try:
            channel = transport.open_session()
            self._set_environment(urn, channel, settings, previous)
            output = session.run(channel, self._command(urn, text, settings), self._engine.cancelled)
        finally:
            transport.close()
        streams = {"stdout": output.stdout, "stderr": output.stderr}
        return {**settings, **{name: stream.removesuffix("\n") for name, stream in streams.items()}}

    def _command(self, urn: str, text: str, settings: Properties) -> session.Command:
        def show(line: str) -> None:
            self._engine.status(urn, line)

        shown = settings.get("logging", "stdoutAndStderr")
        return session.Command(
            text,
            settings.get("stdin", ""),
            on_stdout=show if shown in ("stdout", "stdoutAndStderr") else None,
            on_stderr=show if shown in ("stderr", "stdoutAndStderr") else None,
        )

    def _set_environment(self, urn: str, channel: Channel, settings: Properties, previous: Properties) -> None:
        for name, value in sorted((settings.get("environment") or {}).items()):
            session.set_variable(channel, name, value)
        if not settings.get("addPreviousOutputInEnv", True):
            return
        for stream in ("stdout", "stderr"):
            if previous.get(stream):
                try:
                    session.set_variable(channel, f"PULUMI_COMMAND_{stream.upper()}", previous[stream])
                except session.NotAccepted as refusal:
                    self._engine.warn(urn, str(refusal))


def _outputs(state: Properties) -> Properties:
    return {name: state.get(name, "") for name in ("stdout", "stderr")}


class CommandPlugin(Plugin):
    """The command package."""

    package = "pulumi_command"

    def resources(self, engine: Engine) -> Iterable[Resource]:
        return (Command(engine),)
