"""The command package: its one resource type here, remote Command."""

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from offline.kit.engine_log import EngineLog
from offline.kit.resource import Resource
from offline.kit.schema import Property, Schema
from offline.kit.server import Plugin
from offline.kit.values import UNKNOWN, Properties

if TYPE_CHECKING:
    from offline.command.session import Session

_HOST = {
    "host": Property(required=True),
    "port": Property(default=22),
    "user": Property(default="root"),
    "password": Property(secret=True),
    "privateKey": Property(secret=True),
    "privateKeyPassword": Property(secret=True),
    "agentSocketPath": Property(supported=False),
    "dialErrorLimit": Property(default=10),
    "perDialTimeout": Property(default=15),
    "hostKey": Property(),
}
_CONNECTION = {**_HOST, "proxy": Property(supported=False)}
_UPDATES = Property(replaces=False, exact=True)
_LOGGING = ("stdout", "stderr", "stdoutAndStderr", "none")


class Command(Resource):
    """Commands that a remote host runs when the resource is made, changed and removed."""

    tok = "command:remote:Command"
    id_among_outputs = False
    schema: ClassVar[Schema] = {
        "connection": Property(required=True, replaces=False, exact=True, secret=True, fields=_CONNECTION),
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

    def __init__(self, log: EngineLog) -> None:
        self._log = log

    def preview_update(self, state: Properties, inputs: Properties) -> Properties:
        return {**inputs, "stdout": UNKNOWN, "stderr": UNKNOWN}

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        # The name, so that an id tells what it is of, as the official plugin makes them.
        id_ = f"{urn.split('::')[-1]}{secrets.token_hex(4)}"
        return id_, self._run(urn, inputs.get("create"), inputs, {"stdout": "", "stderr": ""})

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        return self._run(urn, inputs.get("update", inputs.get("create")), inputs, _outputs(state))

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        self._run(urn, state.get("delete"), state, _outputs(state))

    def _run(self, urn: str, text: str | None, settings: Properties, previous: Properties) -> Properties:
        if text is None:
            return {**settings, **previous}
        # An `up` without changes never gets here, and need not wait for paramiko's import.
        from offline.command.connection import dial
        from offline.command.session import Session

        say = self._teller(urn)
        transport = dial(settings["connection"], self._log.cancelled, say)
        try:
            session = Session(transport, self._log.cancelled)
            self._set_environment(session, urn, settings, previous)
            shown = settings.get("logging", "stdoutAndStderr")
            output = session.run(
                text,
                settings.get("stdin", ""),
                on_stdout=say if shown in ("stdout", "stdoutAndStderr") else None,
                on_stderr=say if shown in ("stderr", "stdoutAndStderr") else None,
            )
        finally:
            transport.close()
        outputs = {"stdout": output.stdout.removesuffix("\n"), "stderr": output.stderr.removesuffix("\n")}
        return {**settings, **outputs}

    def _teller(self, urn: str) -> Callable[[str], None]:
        return lambda line: self._log.status(urn, line)

    def _set_environment(self, session: "Session", urn: str, settings: Properties, previous: Properties) -> None:
        from offline.command.session import NotAcceptedError

        for name, value in sorted((settings.get("environment") or {}).items()):
            session.set_variable(name, value)
        if not settings.get("addPreviousOutputInEnv", True):
            return
        for stream in ("stdout", "stderr"):
            if previous[stream]:
                try:
                    session.set_variable(f"PULUMI_COMMAND_{stream.upper()}", previous[stream])
                except NotAcceptedError as refusal:
                    self._log.warn(urn, str(refusal))


def _outputs(state: Properties) -> Properties:
    return {name: state.get(name, "") for name in ("stdout", "stderr")}


class CommandPlugin(Plugin):
    """The command package."""

    package = "pulumi_command"

    def resources(self, log: EngineLog) -> Iterable[Resource]:
        return (Command(log),)
