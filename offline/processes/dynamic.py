"""The process of a dynamic provider: the SDK's own."""

import os
import runpy
import sys

from pulumi.runtime.proto import language_pb2

from offline.kit.stubs import with_sdk
from offline.processes.line import Line, end_with

MODULE = "pulumi.dynamic"


def main(line: Line) -> None:
    """Run as the RunPluginRequest that is received says: `python -m pulumi.dynamic`, which prints its port."""
    request = language_pb2.RunPluginRequest.FromString(line.receive() or b"")
    end_with(line)
    os.environ.clear()
    for entry in request.env:
        name, _, value = entry.partition("=")
        os.environ[name] = value
    os.chdir(request.pwd)
    # Providers are imported from where the process is started.
    sys.path.insert(0, request.pwd)
    with_sdk()
    sys.argv = [MODULE, *request.args]
    runpy.run_module(MODULE, run_name="__main__", alter_sys=True)
