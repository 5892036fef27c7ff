"""Runs a Pulumi program in this process."""

import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import grpc
import pulumi
from pulumi.runtime import run_in_stack
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.settings import reset_options

from offline.language.outcome import Outcome


def run(request: language_pb2.RunRequest, engine: str, debug: bool) -> Outcome:
    """Run the program that the CLI names, in the main thread, where a KeyboardInterrupt reaches it.

    What the program registers goes to the request's monitor, what it logs to `engine` (host:port), debug messages only
    if `debug` says so.
    """
    if not debug:
        pulumi.log.debug = _keep
    _configure(request, engine)
    path = (Path(request.info.program_directory) / request.info.entry_point).resolve()
    os.chdir(request.pwd)
    sys.argv = [str(path), *request.args]
    # A program that fails leaves unfinished tasks behind; what asyncio says about them helps nobody.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if request.attach_debugger:
        from offline.language.debugger import wait_for_debugger

        wait_for_debugger()
    loop = asyncio.new_event_loop()
    # Four threads for each parallel operation, as in the official host: some wait for others.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=4 * max(request.parallel, 1)))
    try:
        return _settle(loop, path)
    finally:
        _close(loop)


def _configure(request: language_pb2.RunRequest, engine: str) -> None:
    reset_options(
        project=request.project,
        stack=request.stack,
        root_directory=request.info.root_directory,
        parallel=request.parallel,
        engine_address=engine,
        monitor_address=request.monitor_address,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    pulumi.runtime.set_all_config(dict(request.config), list(request.configSecretKeys))


def _keep(
    msg: str, resource: pulumi.Resource | None = None, stream_id: int | None = None, ephemeral: bool | None = None
) -> None:
    """Takes the place of `pulumi.log.debug`."""


def _settle(loop: asyncio.AbstractEventLoop, path: Path) -> Outcome:
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(path)))
    except pulumi.RunError as error:
        return _failed(str(error))
    except SystemExit as stop:
        return Outcome(f"the program exited with code {stop.code}" if stop.code else "")
    except Exception as error:
        if isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAVAILABLE:
            # The monitor is shutting down, and has its own error to show.
            return Outcome()
        return _failed(f"Program failed with an unhandled exception:\n{user_traceback(error, path)}")
    return Outcome()


def _execute(path: Path) -> None:
    if path.is_dir() and not (path / "__main__.py").exists():
        raise pulumi.RunError(f"unable to find main python program `__main__.py` in `{path}`")
    runpy.run_path(str(path), run_name="__main__")


def _failed(message: str) -> Outcome:
    pulumi.log.error(message)
    return Outcome(shown=True)


def user_traceback(error: BaseException, program: Path) -> str:
    """The traceback from the program's own first line on, without the frames that lead to it."""
    main = program if program.suffix else program / "__main__.py"
    frames = traceback.extract_tb(error.__traceback__)
    first = next((at for at, frame in enumerate(frames) if Path(frame.filename) == main), 0)
    return "".join(traceback.format_exception(error, limit=first - len(frames)))


def _close(loop: asyncio.AbstractEventLoop) -> None:
    # Tasks left over from a failure would be reported as "destroyed but pending" when the loop closes.
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(BaseException):
            loop.run_until_complete(task)
    loop.close()
    sys.stdout.flush()
    sys.stderr.flush()
