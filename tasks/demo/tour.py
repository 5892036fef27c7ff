"""The tour: what a registry is for, done once with a stack that is up, a line for each step.

    pulumi stack output --json | python -m tasks.demo.tour

It is also the proof: it ends with an error and exit code 1 at the first step that has another result than it should.
It can be taken any number of times, and leaves the image in the registry and the site on a client.
"""

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from images.names import SITE
from registry_stack.common.errors import RegistryError, StackError
from registry_stack.registry.api import RegistryApi
from registry_stack.remote.images import copy_image
from tasks.command import run_command
from tasks.demo import site
from tasks.demo.client_engine import engine, pull, push, remove_container, remove_image
from tasks.stack.outputs import Client, Outputs

REPOSITORY = "site"
TAG = "1"


def tour(outputs: Outputs) -> Iterator[str]:
    """Takes the steps one by one and yields a line on each. Raises StackError, or what an engine raises, at the first
    that fails."""
    if not outputs.clients:
        raise StackError("the tour needs a client, and this stack has none")
    clients = list(outputs.clients.items())
    (first, pusher), (last, puller) = clients[0], clients[-1]
    repository = f"{outputs.registry}/{REPOSITORY}"
    image = f"{repository}:{TAG}"

    digest = push_site(pusher, repository)
    yield f"{first} pushed {image}, {digest}"
    pull_site(puller, repository, digest)
    yield f"{last} pulled {image}, the same digest"

    api = registry_api(outputs)
    yield f"{outputs.url} lists the repositories {', '.join(require(api.repositories(), REPOSITORY))}"
    yield f"{outputs.url} lists the tags of {REPOSITORY}: {', '.join(require(api.tags(REPOSITORY), TAG))}"

    content = site.page(image, last)
    serve_site(puller, image, content)
    yield f"{last} serves http://{puller.address}/ from that image: {len(content)} bytes, each as it was written"


def registry_api(outputs: Outputs) -> RegistryApi:
    """The API of the stack's registry, reached at its address and verified by its name."""
    name = urlsplit(outputs.url)
    return RegistryApi(name.hostname or "", outputs.address, name.port or 443, outputs.ca_certificate)


def push_site(client: Client, repository: str) -> str:
    """Copies the site's image to the client's engine, which pushes it; returns its digest."""
    copy_image(SITE, client.address, client.cert_path)
    with engine(client.engine, client.cert_path) as docker:
        docker.images.get(SITE).tag(repository, TAG)
        try:
            return push(docker, repository, TAG)
        finally:
            remove_image(docker, f"{repository}:{TAG}")
            remove_image(docker, SITE)


def pull_site(client: Client, repository: str, digest: str) -> None:
    """Pulls the image by its tag, after removing an earlier tour's. Raises RegistryError if its digest differs."""
    with engine(client.engine, client.cert_path) as docker:
        remove_container(docker, site.NAME)
        remove_image(docker, f"{repository}:{TAG}")
        pulled = pull(docker, repository, TAG)
    if f"{repository}@{digest}" not in pulled:
        raise RegistryError(f"{repository}:{TAG} was pulled as {', '.join(pulled)}, but pushed as {digest}")


def require(found: list[str], wanted: str) -> list[str]:
    """Returns `found`. Raises RegistryError unless it has `wanted`."""
    if wanted not in found:
        raise RegistryError(f"the registry lists {', '.join(found) or 'nothing'}, but not {wanted}")
    return found


def serve_site(client: Client, image: str, content: bytes) -> None:
    """Serves the site on the client and fetches it. Raises StackError unless it is what was written, byte for byte."""
    with engine(client.engine, client.cert_path) as docker:
        site.serve(docker, image, content)
    fetched = site.fetch(client.address)
    if fetched != content:
        raise StackError(f"the site at {client.address} serves {fetched[:200]!r}, not {content[:200]!r}")


def take_tour() -> None:
    """Takes the tour of the stack whose outputs are on standard input. Raises as `tour` does."""
    for line in tour(Outputs.parse(sys.stdin.read())):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(run_command("tour", take_tour))
