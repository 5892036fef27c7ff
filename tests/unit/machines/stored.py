"""A storage folder of docker-machine with one entry, of the machine m."""

import json
import stat
from pathlib import Path
from typing import Any

from registry_stack.machines.store import Store

ENTRY: dict[str, Any] = {
    "Driver": {"IPAddress": "10.0.0.7", "MachineName": "m"},
    "DriverName": "hyperv",
    "HostOptions": {
        "AuthOptions": {"ServerCertSANs": ["old"], "StorePath": "/s"},
        "EngineOptions": {
            "ArbitraryFlags": [],
            "Env": ["ä=ö"],
            "InsecureRegistry": [],
            "Labels": ["a=1"],
            "RegistryMirror": [],
            "InstallURL": "https://get.docker.com",
        },
    },
    "Name": "m",
}


def make_store(path: Path) -> Store:
    store = Store(path)
    store.folder("m").mkdir(parents=True)
    store.config_file("m").write_text(json.dumps(ENTRY), "utf-8")
    return store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def damage(store: Store, kind: str) -> None:
    path = store.config_file("m")
    text = path.read_text("utf-8")
    if kind == "lost":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": text[:40].encode(), "zeroed": bytes(64), "a list": b"[]"}[kind])
