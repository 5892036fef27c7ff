"""The guide by hand: its script, with tools that only note how they are called."""

import json
import os
from pathlib import Path

import pytest

from registry_stack.settings import Settings, load
from tasks.bench.guide import SCRIPT, missing, steps, variables
from tasks.bench.measure import Measured, measure
from tasks.bench.stack import PROJECT, own_config
from tasks.layout import HERE


def demo_settings(storage: Path) -> Settings:
    config = own_config((HERE.checkout / "Pulumi.demo.yaml").read_text("utf-8"), storage)
    return load({key: json.dumps(value) for key, value in config.items()}, PROJECT)


def test_a_step_lasts_until_the_next_and_the_last_until_the_end() -> None:
    lines = [(0.1, "== machines"), (0.2, "Creating"), (5.1, "== registry"), (5.2, "Loaded == image")]
    assert steps(lines, 7.1) == {"machines": 5.0, "registry": pytest.approx(2.0)}


def test_what_the_guide_by_hand_lacks_is_named(tmp_path: Path) -> None:
    for name in ("sh", "docker-machine", "ssh", "scp", "curl"):
        (tmp_path / name).touch(mode=0o755)
    assert missing({"PATH": str(tmp_path)}) == ["docker", "openssl"]


FAKES = {
    "docker-machine": """
if [ "$1" = create ]; then
    for name; do :; done
    mkdir -p "$MACHINE_STORAGE_PATH/machines/$name"
    echo "{\\"Driver\\": {\\"IPAddress\\": \\"$5\\"}}" >"$MACHINE_STORAGE_PATH/machines/$name/config.json"
fi
if [ "$1 $4" = "scp registry-certs" ]; then stat -c %a registry-certs registry-certs/registry.pem >>"$LOG"; fi
if [ "$1 $3 $4" = "ssh sudo tee" ]; then cat; fi
""",
    "openssl": 'for file; do :; done; : >"$file"\n[ "$*" != "${*#*registry-certs/registry.pem}" ] || : >ca.pem',
    "docker": "",
    "curl": "",
}


def by_hand(folder: Path, **fakes: str) -> tuple[Measured, list[str]]:
    """Runs the script with tools that note their arguments; what it did, and the notes."""
    log = folder / "log"
    for name, body in {**FAKES, **fakes}.items():
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"$LOG"\n{body}\n')
        (folder / name).chmod(0o755)
    own = variables(demo_settings(folder / "storage"), folder / "key")
    environment = {**own, "LOG": str(log), "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    return measure(["sh", str(SCRIPT)], environment, 60), log.read_text().splitlines()


def test_the_guide_by_hand_takes_the_guides_steps(tmp_path: Path) -> None:
    measured, notes = by_hand(tmp_path)
    assert measured.code == 0, measured.lines
    assert len(steps(measured.lines, measured.seconds)) == 6
    called = [" ".join(note.split()[:3]) for note in notes if note.startswith(("docker", "curl"))]
    wanted = [
        *["docker-machine create --driver"] * 3,
        "docker-machine ssh registry0",
        "docker-machine regenerate-certs --force",
        "docker-machine scp -q",
        "docker save --output",
        "docker load --input",
        "docker run -d",
        "curl --silent --show-error",
        "docker-machine restart client1",
        "docker-machine ssh client2",
    ]
    remaining = iter(called)
    assert all(each in remaining for each in wanted), called
    entry = json.loads((tmp_path / "storage" / "machines" / "registry0" / "config.json").read_text())
    assert entry["Driver"]["IPAddress"] == "192.168.236.3"
    assert "ifconfig eth0 192.168.236.3 netmask 255.255.255.0 broadcast 192.168.236.255 up" in [
        line for _, line in measured.lines
    ]


def test_the_guide_by_hand_lets_nobody_else_read_the_key(tmp_path: Path) -> None:
    _, notes = by_hand(tmp_path)
    assert {"700", "600"} <= set(notes)
    assert not list(tmp_path.glob("tmp.*")), "the certificate authority's key is left behind"


def test_the_guide_by_hand_ends_at_the_first_failure(tmp_path: Path) -> None:
    measured, notes = by_hand(tmp_path, openssl="echo no such option >&2; exit 4")
    assert measured.code == 4
    assert "no such option" in measured.lines[-1][1]
    assert notes[-1].startswith("openssl req -x509")
