"""The process that all stand-ins run in, each with a port of its own."""

from importlib import import_module

from offline.kit.server import Plugin, Server
from offline.processes.line import Line

# Package -> the class in its module `plugin`.
PLUGINS = {"offline.tls": "TlsPlugin", "offline.command": "CommandPlugin", "offline.docker": "DockerPlugin"}


def main(line: Line) -> None:
    """Do what is received: `load PACKAGE`; `serve PACKAGE ENGINE`, which is answered by a port; `end PORT`."""
    servers: dict[str, Server] = {}
    while (said := line.receive()) is not None:
        match said.decode().split():
            case ["load", package]:
                plugin(package)
            case ["serve", package, engine]:
                server = Server(plugin(package), engine)
                servers[str(server.port)] = server
                line.send(str(server.port).encode())
            case ["end", port]:
                servers.pop(port).end()


def plugin(package: str) -> Plugin:
    """The plugin of one of PLUGINS."""
    made: Plugin = getattr(import_module(f"{package}.plugin"), PLUGINS[package])()
    return made
