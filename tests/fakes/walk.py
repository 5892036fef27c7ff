"""Random lives of a machine: a stack's ups, refreshes and destroys, what befalls them, and what somebody else does to
the machine meanwhile. After each step, and at the end, what must hold whatever happened is checked.

`python -m tests.fakes.walk SEED` repeats one.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from registry_stack.machines.records import MachineRecord
from registry_stack.machines.store import Store
from tests.fakes.hypervisor import OFF, Vm
from tests.fakes.pulumi_engine import Engine
from tests.fakes.runner import FakeRunner, Fault
from tests.fakes.seams import Disk, led_to

OURS, THEIRS = "registry0", ("theirs", "of-another-stack")
KINDS, STEPS = ("fails", "hangs", "dies"), (0, 1, 2, 3, 4, 6, 8, 10, 13, 99)


class Walk:
    """A machine's life, the same one for the same seed."""

    def __init__(self, seed: int, storage: Path) -> None:
        self.random = Random(seed)  # noqa: S311  # to be repeated, not to be unpredictable
        self.runner, self.disk, self.engine, self.store = FakeRunner(), Disk(), Engine(), Store(storage)
        self.hypervisor = self.runner.hypervisor
        self.log: list[str] = []
        self.driver = self.random.choice(("hyperv", "virtualbox"))
        self.meeting = self.random.choices(("nobody", "somebody", "to adopt"), (8, 1, 2))[0]
        self.wanted: dict[str, Any] = {
            "name": OURS,
            "driver": self.driver,
            "options": {} if self.meeting == "to adopt" else {f"{self.driver}-memory": "512"},
            "owner": "registry-stack-test",
            "tool": {"command": "docker-machine", "storage": str(storage), "deadline": 600.0},
            "moves": False,
            "adopt": self.meeting == "to adopt",
            "keep": self.meeting == "to adopt",
        }

    def run(self) -> None:
        """Walks, and checks. Raises AssertionError with all that happened."""
        with led_to(self.runner, self.disk):
            try:
                self._others_move_in()
                for _ in range(self.random.randint(2, 8)):
                    self._step()
                    self._check()
                self._end()
            except BaseException as error:
                error.add_note("\n".join([f"{self.driver}, meeting {self.meeting}:", *self.log, *self.engine.said]))
                raise

    def _others_move_in(self) -> None:
        theirs = [*THEIRS, *([] if self.meeting == "nobody" else [OURS])]
        # now and then the storage folder is a fresh one
        if self.meeting == "nobody" and self.random.random() < 0.3:
            theirs = []
        for name in theirs:
            self._docker_machine("create", "--driver", self.driver, name)
        if THEIRS[1] in theirs:
            MachineRecord(self.store, THEIRS[1]).claim("registry-stack-other")
        self.theirs = [name for name in theirs if not (name == OURS and self.meeting == "to adopt")]
        self.before = self._of_theirs()
        self.adopted = [number for number, vm in self.hypervisor.vms.items() if vm.name == OURS]

    def _docker_machine(self, *arguments: str) -> None:
        environment = {"MACHINE_STORAGE_PATH": str(self.store.path)}
        self.runner(["docker-machine", *arguments], environment=environment, deadline=1)

    def _of_theirs(self) -> dict[str, object]:
        seen: dict[str, object] = {
            f"vm {number}": asdict(vm) for number, vm in self.hypervisor.vms.items() if vm.name in self.theirs
        }
        for name in self.theirs:
            files = [*self.store.folder(name).glob("*"), MachineRecord(self.store, name).owner_file]
            seen |= {str(path): path.read_bytes() for path in files if path.exists()}
        return seen

    def _step(self) -> None:
        step = self.random.choices((self._up, self._change, self._refresh, self._destroy, self._drift), (4, 3, 2, 1, 3))
        step[0]()

    def _up(self) -> None:
        self._attempt("up", self.wanted)

    def _change(self) -> None:
        options = dict(self.wanted["options"])
        key, values = self.random.choice(
            ((f"{self.driver}-memory", ("512", "1024")), ("tls-san", (["a"], ["b"])), ("engine-label", (["x=1"], [])))
        )
        if not self.wanted["adopt"]:
            options[key] = self.random.choice(values)
        self.wanted = {**self.wanted, "options": options}
        self._up()

    def _refresh(self) -> None:
        self._attempt("refresh")

    def _destroy(self) -> None:
        self._attempt("destroy")

    def _attempt(self, operation: str, *inputs: dict[str, Any]) -> None:
        self.disk.dies_at = self.random.choice((None, None, None, None, 0, 1, 2))
        if self.random.random() < 0.6:
            fault = Fault(self.random.choice(KINDS), self.random.choice(STEPS))
            self.runner.faults = {self.random.choice((0, 0, 1, 1, 2, 2, 3, 4, 5, 6)): fault}
        done = self.engine.attempt(operation, *inputs)
        self.disk.dies_at, self.runner.faults = None, {}
        self.log.append(f"{operation} {inputs[0]['options'] if inputs else ''}: {done}; {self.runner.struck}")
        self.runner.struck.clear()

    def _drift(self) -> None:
        vm, entry = self.hypervisor.find(self.driver, OURS), self.store.folder(OURS) / "config.json"
        if self.meeting == "somebody" or vm is None or None in (self.engine.state, self.store.entry(OURS)):
            return
        drift = self.random.choice((*_DRIFTS, *([] if self.meeting == "to adopt" else ["removed", "lost"])))
        self.log.append(f"the machine is {drift}")
        if drift == "removed":
            self._docker_machine("rm", "-y", OURS)
        elif drift == "lost" and self.driver == "virtualbox":
            self.hypervisor.remove(vm)
        elif drift == "cut" and MachineRecord(self.store, OURS).entry_file.exists():
            entry.write_text(self.random.choice(("", "{", entry.read_text()[:100])))
        else:
            _change_vm(self, vm, drift)

    def _check(self) -> None:
        assert self._of_theirs() == self.before, "a machine of somebody else's was touched"
        assert not any("secret of" in text for text in self.engine.said), "a key was shown"
        if self.engine.state is not None:
            json.loads(self.engine.state)
        if self.adopted and self.meeting == "to adopt":
            assert self.adopted[0] in self.hypervisor.vms, "an adopted machine was removed"
        numbers = [number for number, vm in self.hypervisor.vms.items() if vm.name == OURS]
        assert len(numbers) <= 1, "a machine was forgotten"

    def _end(self) -> None:
        """One more `up` converges, whatever happened; after that, destroy leaves nothing that was not there before."""
        if self.meeting == "somebody":
            assert not self.engine.attempt("up", self.wanted)
            assert "this stack did not make it" in self.engine.said[-1]
            self._check()
            return
        assert self.engine.attempt("refresh"), "refresh"
        assert self.engine.attempt("up", self.wanted), "up"
        self._check()
        assert self.engine.is_settled(self.wanted), "another up would change something"
        assert self.engine.attempt("refresh")
        assert self.engine.is_settled(self.wanted), "a refresh right after up found something"
        self._check_options()
        assert self.engine.attempt("destroy"), "destroy"
        self._check()
        left = [vm for vm in self.hypervisor.vms.values() if vm.name == OURS]
        kept = 1 if self.wanted["keep"] else 0
        assert len(left) == kept
        assert self.store.exists(OURS) == bool(kept)
        others = MachineRecord(self.store, THEIRS[1]).owner_file
        ours = set(others.parent.glob("*")) - {others}
        assert not ours, "something of this program's"
        assert not self.store.exists("first-certificates")

    def _check_options(self) -> None:
        vm, entry = self.hypervisor.find(self.driver, OURS), self.store.entry(OURS)
        assert vm is not None
        assert entry is not None
        if not self.wanted["adopt"]:
            options = self.wanted["options"]
            assert vm.memory == options[f"{self.driver}-memory"]
            assert vm.certificate.splitlines()[2:] == options.get("tls-san", [])
            assert entry["HostOptions"]["EngineOptions"]["Labels"] == options.get("engine-label", [])


_DRIFTS = ("stopped", "elsewhere", "expired", "cut")


def _change_vm(walk: Walk, vm: Vm, drift: str) -> None:
    if drift == "stopped":
        vm.state = OFF
    elif drift == "elsewhere" and vm.state != OFF:
        walk.hypervisor.start(vm)
    elif drift == "expired":
        vm.certificate = "expired"


def walk(seed: int, folder: Path) -> None:
    """Walks a seed's life in a folder of its own; the error that it ends with tells the seed, and all that happened."""
    try:
        Walk(seed, folder / "storage").run()
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        walk(int(sys.argv[1]), Path(folder))
