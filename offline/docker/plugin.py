"""The docker package: the provider's configuration and its resource types."""

from collections.abc import Iterable
from typing import ClassVar

from offline.docker import api as engines
from offline.docker.container import Container
from offline.docker.image import RemoteImage
from offline.docker.network import Network
from offline.docker.volume import Volume
from offline.kit.engine_log import Engine
from offline.kit.resource import Resource
from offline.kit.schema import Property, Schema
from offline.kit.server import Plugin
from offline.kit.values import Properties


class DockerPlugin(Plugin):
    """One provider: one Docker engine."""

    package = "pulumi_docker"
    config: ClassVar[Schema] = {
        "host": Property(),
        "certPath": Property(),
        "caMaterial": Property(),
        "certMaterial": Property(),
        "keyMaterial": Property(secret=True),
        "context": Property(supported=False),
        "registryAuth": Property(supported=False),
        "sshOpts": Property(supported=False),
        "disableDockerDaemonCheck": Property(),
    }

    def __init__(self) -> None:
        self._engine = engines.Engine()

    def configure(self, config: Properties) -> None:
        self._engine.address = engines.address(config)

    def resources(self, engine: Engine) -> Iterable[Resource]:
        docker = self._engine
        return Network(docker, engine), Volume(docker, engine), Container(docker, engine), RemoteImage(docker)
