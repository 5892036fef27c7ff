"""What users read of an error."""

from registry_stack.common.errors import CommandError, DeadlineError


def test_texts() -> None:
    assert str(CommandError(["docker-machine", "rm", "m"], 1, " a\n\nb \n")) == (
        "docker-machine rm m exited with 1:\n    a\n    \n    b"
    )
    assert str(CommandError(["x"], None, "")) == "x timed out and was stopped"
    seen = ConnectionRefusedError(111, "Connection refused")
    assert str(DeadlineError("the engine at 10.0.0.1:2376", 599.6, seen)) == (
        "timed out after 600 s waiting for the engine at 10.0.0.1:2376; last error: [Errno 111] Connection refused"
    )
