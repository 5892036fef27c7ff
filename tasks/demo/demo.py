"""The demo: a registry and two clients in containers, shown at work.

python -m tasks.demo.demo         stands it up, or finds nothing to do, and takes the tour
python -m tasks.demo.demo down    takes it down; nothing of it is left
"""

import sys
from collections.abc import Iterable

from tasks.demo.tour import FAILURES, REPOSITORY, TAG, registry_api, tour
from tasks.engine.install import need_reachable_containers
from tasks.layout import HERE
from tasks.stack.environment import environment_here
from tasks.stack.interrupted import settle, unlock
from tasks.stack.leftovers import docker_machine_of, remove_leftovers
from tasks.stack.outputs import Outputs
from tasks.stack.pulumi_stack import QUIETLY, PulumiStack
from tasks.stack.stacks import ensure_stack

NAME = "demo"
NOW = ("--yes", "--skip-preview")


def up(stack: PulumiStack) -> None:
    """Brings the stack up, takes the tour, says what there is now."""
    need_reachable_containers(stack.environment)
    say(unlock(stack))
    say(settle(stack))
    stack.show("up", *NOW, *QUIETLY)
    print(f"\n{summary(stack.changes())}\n", flush=True)
    outputs = Outputs.parse(stack.read("stack", "output", "--json"))
    print("The tour:")
    say(f"  {line}" for line in tour(outputs))
    print("\n" + "\n".join(what_next(outputs, str(docker_machine_of(stack).storage))))


def down(stack: PulumiStack) -> None:
    """Takes the stack down, and what a killed run may have left besides."""
    say(unlock(stack))
    say(remove_leftovers(stack))
    say(settle(stack))
    stack.show("destroy", *NOW, *QUIETLY)
    print("\nThe demo is down; nothing of it is left. `make demo` stands it up again.")


def say(lines: Iterable[str]) -> None:
    """Prints lines as they come."""
    for line in lines:
        print(line, flush=True)


def summary(changes: dict[str, int]) -> str:
    """What an `up` came to, in a line; `changes` as Pulumi counts them, which has shown them itself."""
    if any(count for kind, count in changes.items() if kind != "same"):
        return "The demo is up."
    return f"No changes: all {changes['same']} resources are as they should be."


def what_next(outputs: Outputs, storage: str) -> list[str]:
    """The outputs that a person needs, and what to try with them; `storage` is docker-machine's folder."""
    last = list(outputs.clients)[-1]
    image = f"{outputs.registry}/{REPOSITORY}:{TAG}"
    machine = f"docker-machine --storage-path {storage}"
    api = registry_api(outputs)
    resolve = f"--resolve {api.host}:{api.port}:{api.address}"
    return [
        f"The registry:  {outputs.url}, on the machine {outputs.machine} at {outputs.address}",
        *(f"A client:      {name}, {client.engine}, trust: {client.trust}" for name, client in outputs.clients.items()),
        f"A site:        http://{outputs.clients[last].address}/",
        "",
        "To try next:",
        '  eval "$(make -s env)"     # the project\'s tools and state, for this shell',
        "  pulumi stack output       # all outputs",
        "  pulumi stack output caCertificate > /tmp/ca.pem",
        f"  curl --cacert /tmp/ca.pem {resolve} {outputs.url}/v2/_catalog",
        f"  docker $({machine} config {last}) pull {image}",
        f"  {machine} ssh {last} docker images",
        "  make demo                 # changes nothing",
        "  make demo-down            # takes everything down",
        "",
        "With these lines in the hosts file the names work on this workstation too:",
        *(f"  {line}" for line in outputs.hosts_lines),
    ]


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    verbs = {"up": up, "down": down}
    verb = verbs.get(arguments[0] if arguments else "up")
    if verb is None or len(arguments) > 1:
        print(f"usage: python -m tasks.demo.demo [{'|'.join(verbs)}]", file=sys.stderr)
        return 2
    try:
        environment = environment_here()
        ensure_stack(NAME, environment)
        verb(PulumiStack(NAME, HERE.checkout, environment))
    except FAILURES as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
