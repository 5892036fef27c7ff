"""The demo: a registry and two clients in containers, stood up, shown at work, taken down."""

import os
from argparse import Namespace
from collections.abc import Iterable

from tasks.command import spelled
from tasks.demo.tour import REPOSITORY, TAG, registry_api, tour
from tasks.engine.install import need_reachable_containers
from tasks.layout import HERE
from tasks.stack.interrupted import clear_pending, unlock
from tasks.stack.leftovers import docker_machine_of, remove_leftovers
from tasks.stack.outputs import Outputs
from tasks.stack.pulumi_stack import QUIETLY, PulumiStack
from tasks.stack.stacks import ensure_stack

NAME = "demo"
NOW = ("--yes", "--skip-preview")


def stand_up(_: Namespace) -> None:
    """Brings the demo's stack up, takes the tour, and prints what to try next. Raises StackError, or what an engine
    raises."""
    need_reachable_containers(os.environ)
    stack = _demo_stack()
    say(unlock(stack))
    say(clear_pending(stack))
    stack.show("up", *NOW, *QUIETLY)
    print(f"\n{summary(stack.changes())}\n", flush=True)
    outputs = Outputs.parse(stack.read("stack", "output", "--json"))
    print("The tour:")
    say(f"  {line}" for line in tour(outputs))
    print("\n" + "\n".join(what_next(outputs, str(docker_machine_of(stack).storage))))


def take_down(_: Namespace) -> None:
    """Takes the demo's stack down, with whatever a killed run left. Raises StackError, or what an engine raises."""
    stack = _demo_stack()
    say(unlock(stack))
    say(remove_leftovers(stack))
    say(clear_pending(stack))
    stack.show("destroy", *NOW, *QUIETLY)
    print(f"\nThe demo is down; nothing of it is left. `{spelled('demo')}` stands it up again.")


def _demo_stack() -> PulumiStack:
    ensure_stack(NAME, os.environ)
    return PulumiStack(NAME, HERE.checkout, os.environ)


def say(lines: Iterable[str]) -> None:
    """Prints lines as they come."""
    for line in lines:
        print(line, flush=True)


def summary(changes: dict[str, int]) -> str:
    """The result of an `up` in a line; `changes` is Pulumi's own count, whose details Pulumi has printed already."""
    if any(count for kind, count in changes.items() if kind != "same"):
        return "The demo is up."
    return f"No changes: all {changes['same']} resources are as they should be."


def what_next(outputs: Outputs, storage: str) -> list[str]:
    """The outputs that a person needs, and what to try with them. `storage` is docker-machine's folder."""
    last = list(outputs.clients)[-1]
    image = f"{outputs.registry}/{REPOSITORY}:{TAG}"
    machine = f"docker-machine --storage-path {storage}"
    api = registry_api(outputs)
    environment = f'eval "$({spelled("env")})"'
    resolve = f"--resolve {api.host}:{api.port}:{api.address}"
    return [
        f"The registry:  {outputs.url}, on the machine {outputs.machine} at {outputs.address}",
        *(f"A client:      {name}, {client.engine}, trust: {client.trust}" for name, client in outputs.clients.items()),
        f"A site:        http://{outputs.clients[last].address}/",
        "",
        "To try next:",
        f"  {environment:34}  # the project's tools and state, for this shell",
        f"  {'pulumi stack output':34}  # all outputs",
        "  pulumi stack output caCertificate > /tmp/ca.pem",
        f"  curl --cacert /tmp/ca.pem {resolve} {outputs.url}/v2/_catalog",
        f"  docker $({machine} config {last}) pull {image}",
        f"  {machine} ssh {last} docker images",
        f"  {spelled('demo'):34}  # changes nothing",
        f"  {spelled('demo-down'):34}  # takes everything down",
        "",
        "With these lines in the hosts file the names work on this workstation too:",
        *(f"  {line}" for line in outputs.hosts_lines),
    ]
