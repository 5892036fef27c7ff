"""Waiting for conditions."""

import pytest

from registry_stack.common.errors import DeadlineError
from registry_stack.common.waiting import wait_for


def test_returns_what_the_probe_found_at_last() -> None:
    answers = iter([None, ConnectionRefusedError("no"), None, 0])

    def probe() -> int | None:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert wait_for("anything", probe, 10, pause=0) == 0
    assert list(answers) == []


def test_looks_at_least_once() -> None:
    assert wait_for("anything", lambda: "there", 0) == "there"


def test_says_what_the_last_error_was() -> None:
    def probe() -> None:
        raise OSError("refused")

    with pytest.raises(DeadlineError, match=r"^timed out after 0 s waiting for the engine; last error: refused$"):
        wait_for("the engine", probe, 0)
    with pytest.raises(DeadlineError, match=r"^timed out after 0 s waiting for the engine$"):
        wait_for("the engine", lambda: None, 0)


def test_other_failures_end_the_wait_at_once() -> None:
    def probe() -> None:
        raise KeyError("unexpected")

    with pytest.raises(KeyError):
        wait_for("the engine", probe, 60)
    with pytest.raises(DeadlineError):
        wait_for("the engine", probe, 0, failures=(KeyError,))
