"""Restarting an engine so that it answers afterwards, and the containers that ran before run again."""

from collections.abc import Sequence

from registry_stack.guest.engines.engine import Engine
from registry_stack.guest.systems import System


def restart_script(system: System, engine: Engine, seconds: float) -> str:
    """The script that restarts an engine's service, waits until it answers, and starts the containers that ran."""
    running = f"running=$({engine.running}) || running=\n" if engine.running else ""
    return f"{running}{{ {system.restart_command(engine.service)}; }} >/dev/null\n{_wait_and_resume(engine, seconds)}"


def resume_script(engine: Engine, containers: Sequence[str], seconds: float) -> str:
    """The script that waits for an engine whose machine has rebooted, and starts the containers that ran before."""
    return f"running='{' '.join(containers)}'\n{_wait_and_resume(engine, seconds)}"


def _wait_and_resume(engine: Engine, seconds: float) -> str:
    said = f"{engine.name} has not answered for {seconds:.0f} s after its restart"
    wait = (
        f"end=$(($(date +%s) + {seconds:.0f}))\n"
        f"until {engine.answers} >/dev/null 2>&1; do\n"
        f"[ $(date +%s) -lt $end ] || {{ echo '{said}' >&2; exit 1; }}\n"
        "sleep 0.2 2>/dev/null || sleep 1\n"
        "done\n"
    )
    return f"{wait}for each in $running; do {engine.resume}; done\n" if engine.resume else wait
