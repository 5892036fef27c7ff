"""The guide's static site: files in a folder on a machine, served by a container whose image the registry has."""

import http.client
from pathlib import PurePosixPath

from docker import DockerClient

from registry_stack.common.archives import pack_files
from registry_stack.common.waiting import wait_for
from registry_stack.guest.boot2docker import PERSISTENT
from tasks.demo.client_engine import remove_container

NAME = "tour-site"
PORT = 80
FOLDER = PERSISTENT / NAME
WEB_ROOT = PurePosixPath("/usr/share/nginx/html")
PAGE = "index.html"
SECONDS = 30


def page(image: str, client: str) -> bytes:
    """The site's only page."""
    return (
        f"<!doctype html>\n<title>{client}</title>\n"
        f"<p>A file on {client}, served from {image}, which {client} pulled over verified TLS.</p>\n"
    ).encode()


def serve(client: DockerClient, image: str, content: bytes) -> None:
    """Serves `content` from the folder on the machine, mounted read-only, instead of what was served before."""
    remove_container(client, NAME)
    _write(client, image, content)
    client.containers.run(
        image,
        detach=True,
        name=NAME,
        volumes=_volumes("ro"),
        ports={"80/tcp": PORT},
        restart_policy={"Name": "always"},
    )


def fetch(address: str) -> bytes:
    """The page as the site serves it. Waits until it does; raises DeadlineError."""

    def answered() -> bytes | None:
        connection = http.client.HTTPConnection(address, PORT, timeout=5)
        try:
            connection.request("GET", f"/{PAGE}")
            answer = connection.getresponse()
            return answer.read() if answer.status == http.client.OK else None
        finally:
            connection.close()

    return wait_for(f"the site at {address}:{PORT}", answered, SECONDS, failures=(OSError, http.client.HTTPException))


def _write(client: DockerClient, image: str, content: bytes) -> None:
    """Writes the page on the machine through its engine, by a container that is created for this and never started."""
    writer = client.containers.create(image, volumes=_volumes("rw"))
    try:
        writer.put_archive(str(WEB_ROOT), pack_files({PAGE: content}))
    finally:
        writer.remove()


def _volumes(mode: str) -> dict[str, dict[str, str]]:
    return {str(FOLDER): {"bind": str(WEB_ROOT), "mode": mode}}
