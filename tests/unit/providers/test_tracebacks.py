"""What users see of an error in a dynamic provider: its text alone, if the program itself says it."""

import errno
import traceback
from collections.abc import Iterator

import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from providers.base import patch_tracebacks_of_this_process
from providers.machine import MachineProvider
from registry_stack.common.errors import (
    AuthorityError,
    CertificateError,
    CommandError,
    DeadlineError,
    HostKeyError,
    MachineError,
    RegistryError,
    StackError,
    UnreachableError,
)


@pytest.fixture(autouse=True)
def _with_frames_again() -> Iterator[None]:
    """The process that is patched is not the dynamic providers' own here."""
    with_frames = traceback.format_exc
    yield
    traceback.format_exc = with_frames


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
        AuthorityError("another"),
        CertificateError("the engine", ValueError("expired")),
        CommandError(["docker-machine", "rm", "m"], 1, "no"),
        DeadlineError("the engine", 5, None),
        HostKeyError("another"),
        MachineError("foreign"),
        RegistryError("silent"),
        UnreachableError("the engine", TimeoutError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_programs_own_errors_are_their_text(error: StackError) -> None:
    assert "Traceback" in shown(error)
    patch_tracebacks_of_this_process()
    assert shown(error) == str(error)


def test_an_error_of_the_system_is_its_text_too() -> None:
    patch_tracebacks_of_this_process()
    full = OSError(errno.ENOSPC, "No space left on device", "/storage/registry-stack/m.json.new")
    assert shown(full) == "[Errno 28] No space left on device: '/storage/registry-stack/m.json.new'"


def test_anything_unexpected_keeps_its_traceback() -> None:
    patch_tracebacks_of_this_process()
    assert shown(KeyError("tool")).startswith("Traceback")
    assert "KeyError: 'tool'" in shown(KeyError("tool"))


def test_every_provider_sets_that_up_once() -> None:
    request = ConfigureRequest(Config({}, "registry-stack"))
    MachineProvider().configure(request)
    first = traceback.format_exc
    MachineProvider().configure(request)
    assert traceback.format_exc is first
    assert shown(StackError("plain")) == "plain"
