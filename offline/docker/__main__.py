"""Starts the docker plugin."""

from offline.docker.plugin import DockerPlugin
from offline.plugin.server import serve

serve(DockerPlugin())
