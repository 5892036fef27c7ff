"""Hyper-V and VirtualBox as docker-machine's drivers see them, and what docker-machine keeps of their machines.

What is so because the sources of docker-machine's maintained fork say so has the name of the source beside it.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

RUNNING, OFF = "Running", "Off"
PAIRS = (("ca.pem", "ca-key.pem"), ("cert.pem", "key.pem"))
KEY = "-----BEGIN RSA PRIVATE KEY-----\nsecret of {0}\n-----END RSA PRIVATE KEY-----\n"


class ToolError(Exception):
    """docker-machine ends with that exit code; its text goes to standard error."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Vm:
    """A virtual machine. `certificate` is what its engine shows: a line each for the authority, address, names."""

    driver: str
    name: str
    memory: str
    state: str = OFF
    address: str = ""
    certificate: str = ""


@dataclass
class Hypervisor:
    """All virtual machines there are, by their numbers: Hyper-V takes two of one name."""

    vms: dict[int, Vm] = field(default_factory=dict)
    made: int = 0
    leases: int = 0

    def find(self, driver: str, name: str) -> Vm | None:
        """The machine that the driver finds by its name."""
        return next((vm for vm in self.vms.values() if (vm.driver, vm.name) == (driver, name)), None)

    def at(self, address: str) -> Vm | None:
        """The machine that answers at an address."""
        return next((vm for vm in self.vms.values() if vm.state == RUNNING and vm.address == address), None)

    def new(self, vm: Vm) -> None:
        if vm.driver == "virtualbox" and self.find(vm.driver, vm.name):
            raise ToolError(f"Machine settings file '{vm.name}.vbox' already exists")
        self.made += 1
        self.vms[self.made] = vm

    def start(self, vm: Vm) -> None:
        """DHCP gives every start another address."""
        self.leases += 1
        vm.state, vm.address = RUNNING, f"192.0.{self.leases // 250 % 250}.{self.leases % 250 + 1}"

    def remove(self, vm: Vm) -> None:
        self.vms = {number: each for number, each in self.vms.items() if each is not vm}

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Self:
        document = json.loads(text)
        vms = {int(number): Vm(**vm) for number, vm in document.pop("vms").items()}
        return cls(vms=vms, **document)

    def driver_state(self, driver: str, name: str) -> tuple[str, Vm | None]:
        """GetState of drivers/hyperv and drivers/virtualbox."""
        vm = self.find(driver, name)
        if vm is not None:
            return (RUNNING if vm.state == RUNNING else "Stopped"), vm
        if driver == "none":
            return "", None
        raise ToolError("Failed to find the VM status" if driver == "hyperv" else "machine does not exist")


@dataclass(frozen=True)
class Files:
    """docker-machine's storage folder, written as libmachine/persist does; every `yield` is a point at which the
    machine that all this runs on may lose its power."""

    path: Path

    def folder(self, name: str) -> Path:
        return self.path / "machines" / name

    def load(self, name: str) -> dict[str, Any]:
        if not self.folder(name).exists():
            raise ToolError(f'Docker machine "{name}" does not exist. Use "docker-machine ls" to list machines.')
        try:
            entry: dict[str, Any] = json.loads((self.folder(name) / "config.json").read_text())
        except (OSError, ValueError) as error:
            raise ToolError(str(error)) from None
        return entry

    def save(self, entry: dict[str, Any]) -> Iterator[None]:
        """Filestore.saveToFile: the first one is written in place, later ones are removed and renamed."""
        folder = self.folder(entry["Name"])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, text = folder / "config.json", json.dumps(entry, indent=4)
        if not path.exists():
            path.write_text(text[: len(text) // 2])
            yield
            path.write_text(text)
            return
        fresh = folder / "config.json.tmp123"
        fresh.write_text(text)
        yield
        path.unlink()
        yield
        fresh.rename(path)

    def remove(self, name: str) -> Iterator[None]:
        for path in sorted(self.folder(name).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
            yield
        self.folder(name).rmdir()

    def bootstrap(self) -> Iterator[None]:
        """BootstrapCertificates of libmachine/cert: what stands there half is an error, and stays one."""
        certificates = self.path / "certs"
        certificates.mkdir(mode=0o700, parents=True, exist_ok=True)
        what = ("certificate authority key already exists", "client key already exists")
        for (certificate, key), error in zip(PAIRS, what, strict=True):
            if not (certificates / certificate).exists():
                if (certificates / key).exists():
                    raise ToolError(f"error generating certificates: {error}")
                (certificates / key).write_text(KEY.format(key))
                yield
                (certificates / certificate).write_text(f"authority {next(_AUTHORITIES)}\n")
                yield
        for each in itertools.chain(*PAIRS):
            if not (certificates / each).stat().st_size:
                raise ToolError(f"error generating certificates: {each} holds no PEM")

    @property
    def authority(self) -> str:
        return (self.path / "certs" / "ca.pem").read_text()


_AUTHORITIES = itertools.count(1)


def new_entry(name: str, driver: str, storage: Path, flags: dict[str, list[str]]) -> dict[str, Any]:
    """A machine's config.json, in as far as anybody reads it; its keys are those of libmachine/host."""
    folder = storage / "machines" / name
    return {
        "ConfigVersion": 3,
        "Driver": {
            "IPAddress": "",
            "MachineName": name,
            "SSHUser": "docker",
            "SSHPort": 22,
            "SSHKeyPath": str(folder / "id_rsa"),
            "StorePath": str(storage),
            "Memory": flags.get(f"{driver}-memory", ["1024"])[0],
        },
        "DriverName": driver,
        "HostOptions": {
            "AuthOptions": {"StorePath": str(folder), "ServerCertSANs": flags.get("tls-san", [])},
            "EngineOptions": {
                "ArbitraryFlags": flags.get("engine-opt", []),
                "Env": flags.get("engine-env", []),
                "InsecureRegistry": flags.get("engine-insecure-registry", []),
                "Labels": flags.get("engine-label", []),
                "RegistryMirror": flags.get("engine-registry-mirror", []),
            },
        },
        "Name": name,
    }
