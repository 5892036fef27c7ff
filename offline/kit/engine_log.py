"""What a plugin tells the engine while it works."""

import threading

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """The engine's log, and whether it asked the plugin to stop."""

    def __init__(self, address: str) -> None:
        """`address` is the engine's host:port, the plugin's only command-line argument."""
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        self.cancelled = threading.Event()

    def status(self, urn: str, message: str) -> None:
        """Show the message beside the resource until the next one replaces it."""
        self._log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn, ephemeral=True))

    def warn(self, urn: str, message: str) -> None:
        """Show a warning that stays in the update's diagnostics."""
        self._log(engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn))

    def _log(self, request: engine_pb2.LogRequest) -> None:
        try:
            self._stub.Log(request)
        except grpc.RpcError:
            # The engine is gone: nobody is left to read the message, and no reason to go on.
            self.cancelled.set()
