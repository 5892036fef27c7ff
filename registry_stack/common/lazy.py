"""The libraries that are loaded when they are first used.

An `up` that changes nothing needs none of them, and they would take longer to load than all the rest together, twice:
in the program and in the process of the dynamic providers. Modules import them from here at their top. What a module
defines when it is loaded (base classes, constants, annotations that are no strings) must not use them.
"""

from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import docker as docker
    import docker.errors
    import paramiko as paramiko
    import requests as requests
    from cryptography import exceptions as exceptions
    from cryptography import x509 as x509
    from cryptography.hazmat.primitives import serialization as serialization
    from cryptography.hazmat.primitives.asymmetric import ec as ec
    from cryptography.hazmat.primitives.asymmetric import ed25519 as ed25519
    from cryptography.hazmat.primitives.asymmetric import rsa as rsa

_LOADING = RLock()


class LazyModule(ModuleType):
    """Stands for a module, which is loaded when one of its attributes is first asked for.

    The process of the dynamic providers works in several threads. With importlib.util.LazyLoader, before Python 3.12,
    two of them that first use a module at the same time can see it half loaded. Here each attribute goes through
    import_module, which lets the second one wait. The lock is for modules that import each other: for two threads that
    begin at either end of such a circle, importlib itself lets one of them see the other's module half loaded.
    """

    def __getattr__(self, name: str) -> Any:
        with _LOADING:
            module = import_module(self.__name__)
        return getattr(module, name)


if not TYPE_CHECKING:
    docker = LazyModule("docker")
    paramiko = LazyModule("paramiko")
    requests = LazyModule("requests")
    exceptions = LazyModule("cryptography.exceptions")
    x509 = LazyModule("cryptography.x509")
    serialization = LazyModule("cryptography.hazmat.primitives.serialization")
    ec = LazyModule("cryptography.hazmat.primitives.asymmetric.ec")
    ed25519 = LazyModule("cryptography.hazmat.primitives.asymmetric.ed25519")
    rsa = LazyModule("cryptography.hazmat.primitives.asymmetric.rsa")
