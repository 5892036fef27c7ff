"""Taking the shared stack down; the last of its tests."""

from tests.e2e.stack import Stack, left_of


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []


def test_destroy_again_is_fine(stack: Stack) -> None:
    stack.destroy()
