"""What users see of an error: its text, and no traceback for what the program itself says."""

import traceback
from collections.abc import Iterator

import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from providers.machine import MachineProvider
from registry_stack.common.errors import (
    CommandError,
    DeadlineError,
    HostKeyError,
    MachineError,
    RegistryError,
    StackError,
    report_plainly,
)


@pytest.fixture(autouse=True)
def _whole_again() -> Iterator[None]:
    """report_plainly changes the process that it is called in, which is not its own here."""
    whole = traceback.format_exc
    yield
    traceback.format_exc = whole


def shown(error: Exception) -> str:
    """What the SDK's process of dynamic providers answers with."""
    try:
        raise error
    except type(error):
        return traceback.format_exc()


@pytest.mark.parametrize(
    "error",
    [
        StackError("plain"),
        CommandError(["docker-machine", "rm", "m"], 1, "no"),
        DeadlineError("the engine", 5, None),
        HostKeyError("another"),
        MachineError("foreign"),
        RegistryError("silent"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_programs_own_errors_are_their_text(error: StackError) -> None:
    assert "Traceback" in shown(error)
    report_plainly()
    assert shown(error) == str(error)


def test_anything_unexpected_keeps_its_traceback() -> None:
    report_plainly()
    assert shown(KeyError("tool")).startswith("Traceback")
    assert "KeyError: 'tool'" in shown(KeyError("tool"))


def test_every_provider_sets_that_up_once() -> None:
    request = ConfigureRequest(Config({}, "registry-stack"))
    MachineProvider().configure(request)
    first = traceback.format_exc
    MachineProvider().configure(request)
    assert traceback.format_exc is first
    assert shown(StackError("plain")) == "plain"


def test_texts() -> None:
    assert str(CommandError(["docker-machine", "rm", "m"], 1, " a\n\nb \n")) == (
        "docker-machine rm m exited with 1:\n    a\n    \n    b"
    )
    assert str(CommandError(["x"], None, "")) == "x timed out and was stopped"
    seen = ConnectionRefusedError(111, "Connection refused")
    assert str(DeadlineError("the engine at 10.0.0.1:2376", 599.6, seen)) == (
        "timed out after 600 s waiting for the engine at 10.0.0.1:2376; last error: [Errno 111] Connection refused"
    )
