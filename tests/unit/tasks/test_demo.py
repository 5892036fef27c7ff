"""What the demo says, and what it takes for the remains of a killed run."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.demo.lifecycle import summary, what_next
from tasks.stack.interrupted import is_abandoned, locks_of
from tasks.stack.outputs import Outputs
from tasks.stack.pulumi_stack import PulumiStack
from tests.unit.tasks.test_outputs import DOCUMENT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"same": 45}, "No changes: all 45 resources are as they should be."),
        ({"same": 44, "update": 1}, "The demo is up."),
        ({"create": 45}, "The demo is up."),
        ({"same": 45, "delete": 0}, "No changes: all 45 resources are as they should be."),
    ],
)
def test_summary(changes: dict[str, int], expected: str) -> None:
    assert summary(changes) == expected


def test_what_next_names_the_stacks_own_machines() -> None:
    text = "\n".join(what_next(Outputs.parse(json.dumps(DOCUMENT)), "/store"))
    assert "https://registry0.localdomain:5000, on the machine registry0 at 192.168.233.3" in text
    assert "curl --cacert /tmp/ca.pem --resolve registry0.localdomain:5000:192.168.233.3" in text
    assert "docker $(docker-machine --storage-path /store config client1) pull" in text


def stack(tmp_path: Path, backend: str) -> PulumiStack:
    (tmp_path / "Pulumi.yaml").write_text("name: some-program\nruntime: python\n", "utf-8")
    return PulumiStack("demo", tmp_path, {"PULUMI_BACKEND_URL": backend})


def test_locks_are_those_of_the_stack_alone(tmp_path: Path) -> None:
    locks = tmp_path / "a folder" / ".pulumi" / "locks" / "organization"
    for name in ("some-program/demo/1.json", "some-program/demo/1.json.attrs", "some-program/other/2.json"):
        (locks / name).parent.mkdir(parents=True, exist_ok=True)
        (locks / name).write_text("{}", "utf-8")
    mine = stack(tmp_path, (tmp_path / "a folder").as_uri())
    assert list(locks_of(mine)) == [locks / "some-program/demo/1.json"]
    assert list(locks_of(stack(tmp_path, "s3://bucket"))) == []
    assert mine.owner == "some-program-demo"


def test_only_a_lock_of_a_pulumi_that_is_gone_is_abandoned(tmp_path: Path) -> None:
    here, lock, told = socket.gethostname(), tmp_path / "lock.json", Path("/proc/self").exists()

    def abandoned(pid: int, host: str = here) -> bool:
        lock.write_text(json.dumps({"pid": pid, "hostname": host}), "utf-8")
        return is_abandoned(lock)

    with subprocess.Popen(["sleep", "60"]) as other:
        assert abandoned(other.pid) is told
        other.kill()
    assert abandoned(other.pid)
    assert not abandoned(other.pid, "elsewhere")
    program = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", "pulumi"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as pulumi:
        assert pulumi.stdout is not None
        assert pulumi.stdout.readline(), "it has not begun, and its command line may not be there yet"
        assert not abandoned(pulumi.pid)
        pulumi.kill()
        os.waitid(os.P_PID, pulumi.pid, os.WEXITED | os.WNOWAIT)
        assert abandoned(pulumi.pid) is told, "only its entry is left"
    lock.write_text("cut sh", "utf-8")
    assert not is_abandoned(lock)
