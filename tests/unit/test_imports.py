"""What the program, and the process of its dynamic providers, load before they have anything to do."""

import subprocess
import sys

import pytest

from tasks.layout import HERE

HEAVY = {"docker", "paramiko", "requests", "cryptography"}


@pytest.mark.parametrize(
    "module",
    [
        "components.registry_stack",
        "providers.machine",
        "providers.address",
        "providers.check",
        "providers.served",
        "providers.trust",
        "providers.trust_check",
    ],
)
def test_nothing_heavy_is_loaded_in_vain(module: str) -> None:
    script = f"import sys, {module}; print(*sorted({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=HERE.checkout, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
