"""The virtual environment."""

import subprocess
import venv
from pathlib import Path

from tasks.layout import Layout
from tasks.tools.virtual_environment import lead_to_checkout


def test_programs_in_other_folders_can_import_the_checkout_after_their_own_modules(tmp_path: Path) -> None:
    layout, elsewhere = Layout(tmp_path / "some where" / "checkout"), tmp_path / "elsewhere"
    venv.create(layout.venv)
    lead_to_checkout(layout)
    elsewhere.mkdir()
    for folder, module in ((layout.checkout, "theirs"), (layout.checkout, "both"), (elsewhere, "both")):
        (folder / f"{module}.py").write_text(f"here = {str(folder)!r}\n")
    python = [str(layout.python), "-c", "import theirs, both; print(theirs.here); print(both.here)"]
    said = subprocess.run(python, cwd=elsewhere, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [str(layout.checkout), str(elsewhere)]
