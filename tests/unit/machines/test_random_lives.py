"""Random lives of a machine whose every command may fail, hang or die: a few. tests/fakes walks more of them, and
`make soak` many more."""

import pytest

from tests.fakes.walk import walk

BLOCKS, EACH = 2, 10


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_happens_the_next_up_converges(block: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    for seed in range(block * EACH, (block + 1) * EACH):
        walk(seed, tmp_path_factory.mktemp("walk"))
