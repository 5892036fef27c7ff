"""What the program, and the process of its dynamic providers, load before they have anything to do."""

import json
import pkgutil
import subprocess
import sys

import providers
from tasks.layout import HERE

HEAVY = {"docker", "paramiko", "requests", "cryptography"}
MODULES = [
    "components.registry_stack",
    *sorted(f"providers.{module.name}" for module in pkgutil.iter_modules(providers.__path__)),
]
# One process for all: where all of them together load nothing heavy, each of them alone doesn't.
SCRIPT = f"""
import importlib, json, sys
loaded = {{}}
for module in {MODULES}:
    before = set(sys.modules)
    importlib.import_module(module)
    loaded[module] = sorted({HEAVY} & (sys.modules.keys() - before))
print(json.dumps(loaded))
"""


def test_nothing_heavy_is_loaded_in_vain() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=HERE.checkout, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {module: [] for module in MODULES}


def test_cryptography_is_loaded_for_provided_certificates_alone() -> None:
    code = "import registry_stack.settings as s, sys; s.CertificateSettings(); sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=HERE.checkout, check=False).returncode == 0
