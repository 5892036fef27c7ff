"""Random lives of a machine, as in tests/unit/machines/test_random_lives.py, which has the first twenty of these."""

import pytest

from tests.fakes.walk import walk

BLOCKS, EACH = 5, 20


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_happens_the_next_up_converges(block: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    for seed in range(block * EACH, (block + 1) * EACH):
        walk(seed, tmp_path_factory.mktemp("walk"))
