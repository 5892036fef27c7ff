"""The guide's half of a run: its steps by hand, `guide.sh`, on hosts that are started for this."""

import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient

from registry_stack.common.errors import CommandError
from registry_stack.settings import Settings
from tasks.bench.hosts import start_hosts
from tasks.bench.measure import measure
from tasks.bench.stack import LABELS, STACK, BenchStack
from tasks.lab.hosts import make_network, make_ssh_key

SCRIPT = Path(__file__).with_name("guide.sh")
NEEDS = ("sh", "docker", "docker-machine", "ssh", "scp", "openssl", "curl")
SECONDS = 900.0
_STEP = "== "


@dataclass(frozen=True)
class GuideRun:
    """Seconds for starting the hosts, for the whole script, and for each of its steps by name."""

    hosts: float
    script: float
    steps: dict[str, float]

    @property
    def seconds(self) -> float:
        """What the program's time is compared with, as the program starts its hosts itself."""
        return self.hosts + self.script

    def __str__(self) -> str:
        return f"the guide by hand {self.seconds:.1f} s"


def missing(environment: Mapping[str, str]) -> list[str]:
    """The commands that the guide by hand needs and that are not on PATH."""
    return [command for command in NEEDS if shutil.which(command, path=environment["PATH"]) is None]


def run_guide(stack: BenchStack, engine: DockerClient) -> GuideRun:
    """Runs the guide by hand. Raises StackError if the script fails, or if its registry can't be used."""
    key = stack.folder / "id_ed25519"
    public_key = make_ssh_key(key)
    stack.storage.mkdir(mode=0o700)
    start = time.monotonic()
    network = stack.settings.network
    make_network(engine, STACK, network.subnet, network.gateway, LABELS)
    start_hosts(engine, addresses(stack.settings), public_key)
    hosts = time.monotonic() - start
    command = ["sh", str(SCRIPT)]
    measured = measure(command, {**stack.environment, **variables(stack.settings, key)}, SECONDS, [stack.lock])
    if measured.code:
        raise CommandError(command, measured.code, "\n".join(line for _, line in measured.lines))
    stack.check()
    return GuideRun(hosts, measured.seconds, steps(measured.lines, measured.seconds))


def addresses(settings: Settings) -> dict[str, str]:
    """The address at which each machine answers after its start."""
    return {name: str(machine.options["container-address"]) for name, machine in settings.machines.items()}


def variables(settings: Settings, key: Path) -> dict[str, str]:
    """The script's environment."""
    registry, client1, client2 = addresses(settings).values()
    network = settings.network
    return {
        "REGISTRY_AT": registry,
        "CLIENT1_AT": client1,
        "CLIENT2_AT": client2,
        "SSH_KEY": str(key),
        "ADDRESS": str(settings.registry.address),
        "NETMASK": str(network.subnet.netmask),
        "BROADCAST": str(network.subnet.broadcast_address),
        "GATEWAY": str(network.gateway),
        "REGISTRY_IMAGE": settings.registry.image,
        "MACHINE_STORAGE_PATH": str(settings.docker_machine.storage_folder),
    }


def steps(lines: Iterable[tuple[float, str]], seconds: float) -> dict[str, float]:
    """Step -> seconds, of a script that took `seconds` and printed `lines`, each with its time."""
    began = [(line.removeprefix(_STEP), at) for at, line in lines if line.startswith(_STEP)]
    ends = [*(at for _, at in began[1:]), seconds]
    return {step: end - at for (step, at), end in zip(began, ends, strict=True)}
