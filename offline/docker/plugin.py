"""The docker package: the provider's configuration and its resource types."""

from collections.abc import Iterable
from typing import ClassVar

from offline.docker import api
from offline.docker.container import Container
from offline.docker.image import RemoteImage
from offline.docker.network import Network
from offline.kit.engine_log import EngineLog
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
        self._docker = api.DockerEngine()

    def configure(self, config: Properties) -> None:
        self._docker.address = api.address(config)

    def resources(self, log: EngineLog) -> Iterable[Resource]:
        return Network(self._docker, log), Container(self._docker, log), RemoteImage(self._docker)
