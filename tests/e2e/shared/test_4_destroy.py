"""Taking the shared stack down; the last of its tests."""

from tests.e2e.stack import Stack, left_of, volumes_here, volumes_of


def test_destroy_leaves_nothing(stack: Stack) -> None:
    volumes = volumes_of(stack)
    assert volumes
    stack.destroy()
    assert left_of(stack) == []
    assert volumes & volumes_here() == set()


def test_destroy_again_is_fine(stack: Stack) -> None:
    stack.destroy()
