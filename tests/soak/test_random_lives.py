"""Ten thousand random lives of a machine, other ones than the unit tests walk.

A failure names its seed, and `python -m tests.fakes.walk SEED` repeats it.
"""

import shutil
from pathlib import Path

import pytest

from tests.fakes.walk import walk

FIRST, BLOCKS, EACH = 1_000_000, 20, 500


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_happens_the_next_up_converges(block: int, tmp_path: Path) -> None:
    for seed in range(FIRST + block * EACH, FIRST + (block + 1) * EACH):
        folder = tmp_path / str(seed)
        walk(seed, folder)
        shutil.rmtree(folder)
