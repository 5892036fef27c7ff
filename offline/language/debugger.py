"""Lets a debugger attach to a program, as `pulumi up --attach-debugger` asks for."""

import os

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import get_engine


def wait_for_debugger() -> None:
    """Tell the engine, which tells the user, how to attach, and wait until it is done."""
    # The modules that Python has frozen are its own, and the warning of them would be taken for the program's.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    import debugpy

    host, port = debugpy.listen(("127.0.0.1", 0))
    config = Struct()
    config.update(
        {
            "name": "Pulumi: Program (Python)",
            "type": "python",
            "request": "attach",
            "connect": {"host": host, "port": port},
            "justMyCode": True,
        }
    )
    engine = get_engine()
    if engine:
        engine.StartDebugging(engine_pb2.StartDebuggingRequest(config=config, message=f"on port {port}"))
    debugpy.wait_for_client()
