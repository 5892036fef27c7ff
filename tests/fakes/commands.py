"""The commands of docker-machine, over the hypervisor and the storage folder. Each is a generator: wherever it yields
it may be cut short, and what it has done by then stays done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.hypervisor import KEY, OFF, RUNNING, Files, Hypervisor, ToolError, Vm, new_entry

_DRIVERS = {"hyperv": ("memory", "virtual-switch"), "virtualbox": ("memory", "hostonly-cidr"), "none": ("url",)}
_COMMON = ("driver", "tls-san", "engine-env", "engine-insecure-registry", "engine-label", "engine-opt")


@dataclass
class DockerMachineModel:
    """One run of docker-machine: what it has printed, on the hypervisor and the folder that it works on."""

    hypervisor: Hypervisor
    files: Files
    stdout: str = ""
    noise: str = ""
    busy: bool = False
    flags: dict[str, list[str]] = field(default_factory=dict)

    def steps(self, arguments: list[str]) -> Iterator[None]:
        """Runs a command, up to where nobody asks for its next step. Raises ToolError."""
        verb, rest = arguments[0], arguments[1:]
        commands: dict[str, Callable[[list[str]], Iterator[None]]] = {
            "create": self._create,
            "rm": self._rm,
            "start": self._start,
            "status": self._status,
            "ip": self._ip,
            "inspect": self._inspect,
            "regenerate-certs": self._regenerate,
            "version": self._version,
        }
        yield from commands[verb](rest)
        # the driver's plugin speaks after docker-machine's own last word
        self._print(self.noise) if self.noise else None

    def _print(self, text: str) -> None:
        self.stdout += f"{text}\n"

    def _version(self, _: list[str]) -> Iterator[None]:
        self._print("docker-machine version v0.15.0-rancher140, build HEAD")
        yield

    def _create(self, arguments: list[str]) -> Iterator[None]:
        """commands/create.go and libmachine.Create."""
        name, flags = arguments[-1], _parsed(arguments if arguments[-1] == "--help" else arguments[:-1])
        driver = flags["driver"][0]
        if driver not in _DRIVERS:
            raise ToolError(f'Driver "{driver}" not found. Do you have the plugin binary accessible in your PATH?')
        known = [*_COMMON, "engine-registry-mirror", *(f"{driver}-{each}" for each in _DRIVERS[driver])]
        known = [each.removeprefix("none-") for each in known]
        if name == "--help":
            self._print("\n".join(["Options:", "", *(f"   --{each} \tsays nothing" for each in sorted(known))]))
            return
        if unknown := [each for each in flags if each not in known]:
            raise ToolError(f"Incorrect Usage.\n\nflag provided but not defined: -{unknown[0]}")
        if self.files.folder(name).exists():
            raise ToolError(f'Docker machine "{name}" already exists')
        yield
        yield from self.files.bootstrap()
        if self.busy:
            raise ToolError('Error with pre-create check: "no hypervisor answers"', 3)
        entry = new_entry(name, driver, self.files.path, flags)
        yield from self.files.save(entry)
        yield
        folder = self.files.folder(name)
        if driver != "none":
            (folder / "id_rsa").write_text(KEY.format(name))
            yield
            vm = Vm(driver, name, entry["Driver"]["Memory"])
            self.hypervisor.new(vm)
            yield
            self.hypervisor.start(vm)
            entry["Driver"]["IPAddress"] = vm.address
            yield
        yield from self.files.save(entry)
        yield
        if driver != "none":
            yield from self._provision(entry)
        yield from self.files.save(entry)
        self._print("Docker is up and running!")

    def _provision(self, entry: dict[str, Any]) -> Iterator[None]:
        """The certificates of a machine's engine, for its address and names as they are now."""
        _, vm = self.hypervisor.driver_state(entry["DriverName"], entry["Name"])
        if vm is None or vm.state != RUNNING:
            raise ToolError("Host is not running")
        folder, names = self.files.folder(entry["Name"]), entry["HostOptions"]["AuthOptions"]["ServerCertSANs"]
        for file in ("ca.pem", "cert.pem", "key.pem"):
            (folder / file).write_text((self.files.path / "certs" / file).read_text())
            (folder / file).chmod(0o644)
            yield
        vm.certificate = "\n".join([self.files.authority.strip(), vm.address, *names])
        yield

    def _rm(self, arguments: list[str]) -> Iterator[None]:
        """commands/rm.go: forced, it forgets whatever it could not remove."""
        name, force = arguments[-1], "--force" in arguments
        if not force and "-y" not in arguments:
            raise ToolError("Are you sure? (y/n): EOF")
        try:
            entry = self.files.load(name)
            yield from self._remove_vm(entry)
        except ToolError as failure:
            if not force and "not found" not in str(failure).lower():
                raise ToolError(f'Error removing host "{name}": {failure}') from None
        if self.files.folder(name).exists():
            yield from self.files.remove(name)
        self._print(f"Successfully removed {name}")

    def _remove_vm(self, entry: dict[str, Any]) -> Iterator[None]:
        """Remove of drivers/hyperv (which stumbles over a machine that is gone) and drivers/virtualbox."""
        if self.busy and entry["DriverName"] != "none":
            raise ToolError("the hypervisor is busy")
        try:
            _, vm = self.hypervisor.driver_state(entry["DriverName"], entry["Name"])
        except ToolError:
            if entry["DriverName"] == "virtualbox":
                return
            raise
        if vm is not None:
            vm.state = OFF
            yield
            self.hypervisor.remove(vm)
            yield

    def _start(self, arguments: list[str]) -> Iterator[None]:
        entry = self.files.load(arguments[-1])
        state, vm = self.hypervisor.driver_state(entry["DriverName"], entry["Name"])
        if vm is None or state == RUNNING:
            raise ToolError(f'Machine "{entry["Name"]}" is already running.')
        yield
        self.hypervisor.start(vm)
        entry["Driver"]["IPAddress"] = vm.address
        yield
        yield from self.files.save(entry)

    def _status(self, arguments: list[str]) -> Iterator[None]:
        """commands/status.go: it saves the entry too, whatever it finds."""
        entry = self.files.load(arguments[-1])
        try:
            state, _ = self.hypervisor.driver_state(entry["DriverName"], entry["Name"])
        except ToolError as failure:
            raise ToolError(f"error getting state for host {entry['Name']}: {failure}") from None
        self._print(state)
        yield from self.files.save(entry)

    def _ip(self, arguments: list[str]) -> Iterator[None]:
        entry = self.files.load(arguments[-1])
        state, vm = self.hypervisor.driver_state(entry["DriverName"], entry["Name"])
        if vm is None or state != RUNNING:
            raise ToolError("Host is not running")
        self._print(vm.address)
        yield from self.files.save(entry)

    def _inspect(self, arguments: list[str]) -> Iterator[None]:
        self.files.load(arguments[-1])
        self._print((self.files.folder(arguments[-1]) / "config.json").read_text())
        yield

    def _regenerate(self, arguments: list[str]) -> Iterator[None]:
        entry = self.files.load(arguments[-1])
        yield from self._provision(entry)
        yield from self.files.save(entry)


def _parsed(arguments: list[str]) -> dict[str, list[str]]:
    flags: dict[str, list[str]] = {}
    rest = iter(arguments)
    for flag in rest:
        if flag != "--help":
            flags.setdefault(flag.removeprefix("--"), []).append(next(rest))
    return flags
