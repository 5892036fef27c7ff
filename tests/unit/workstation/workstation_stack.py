"""A stack of one WorkstationTrust, on a workstation of any system, whose home and stores are in a scratch folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from providers import workstation_trust
from providers.workstation_trust import WorkstationProvider
from registry_stack.workstation.trust_store import FolderStore, Places, Workstation
from tests.certificates import Authority
from tests.fakes.trust_tools import TrustTools

REFERENCE = "registry0.localdomain:5000"
OLD, NEW, FOREIGN = (Authority(name).certificate for name in ("old", "new", "foreign"))
PLATFORMS = [(system, scope) for system in ("Linux", "Darwin", "Windows") for scope in ("user", "system")]
WITH_STORE = [each for each in PLATFORMS if each != ("Linux", "user")]
WITH_TOOL = [each for each in PLATFORMS if each[0] != "Linux"]


@contextmanager
def scratch_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrustTools]:
    """The tools of all systems, and a Linux whose store is in a scratch folder."""
    folder, bundle = tmp_path / "store" / "anchors", tmp_path / "store" / "bundle.pem"
    for each in (folder, tmp_path / "home"):
        each.mkdir(parents=True)
    (folder / "foreign.crt").write_text(FOREIGN)
    bundle.write_text(FOREIGN)
    made = TrustTools(folder, bundle, held=[FOREIGN])
    real = Workstation.places

    def places(self: Workstation, scope: Any, reference: str) -> Places:
        found = real(self, scope, reference)
        if not isinstance(found.store, FolderStore):
            return found
        store = FolderStore(folder, ".crt", bundle, ("update",), ("update", "--fresh"))
        return replace(found, folders=(tmp_path / "etc" / reference,), store=store)

    monkeypatch.setattr(Workstation, "places", places)
    monkeypatch.setattr(workstation_trust, "run", made)
    yield made
    assert FOREIGN in made.held
    assert (folder / "foreign.crt").read_text() == FOREIGN


class Stack:
    """What Pulumi's engine does with the one resource of a stack."""

    def __init__(self, home: Path, system: str, scope: str, **anchors: str) -> None:
        workstation = Workstation(system, str(home), str(home / ".config"), "debian")
        self.provider = WorkstationProvider()
        self.wanted = {
            "workstation": asdict(workstation),
            "scope": scope,
            "reference": REFERENCE,
            "anchors": anchors,
        }
        created = self.provider.create(self.wanted)
        self.id, self.outs = created.id, created.outs or {}

    def changes(self) -> bool | None:
        return self.provider.diff(self.id, self.outs, self.wanted).changes

    def refresh(self) -> None:
        self.outs = self.provider.read(self.id, self.outs).outs or {}

    def up(self) -> None:
        if self.changes():
            self.outs = self.provider.update(self.id, self.outs, self.wanted).outs or {}

    def destroy(self) -> None:
        self.provider.delete(self.id, self.outs)


def snapshot(folder: Path) -> dict[str, str | None]:
    """Every file below with its content, and every folder, but for the lock."""
    found = [path for path in folder.rglob("*") if ".cache" not in path.parts]
    return {str(path.relative_to(folder)): path.read_text() if path.is_file() else None for path in found}
