"""Takes the SDK's gRPC stubs without the SDK, and versions without `importlib.metadata`.

The stubs are a part of the `pulumi` package, whose own import takes as long as all else that a language host or a
stand-in needs; so it is, nearly, with the metadata of packages. Every `up` starts the language host twice.
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType


def without_sdk() -> None:
    """Put empty packages where the SDK's are, so that `pulumi.runtime.proto` is imported without them.

    Call it before anything imports the stubs.
    """
    root = _folder("pulumi")
    for name, folder in {"pulumi": root, "pulumi.runtime": root / "runtime"}.items():
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def with_sdk() -> None:
    """Import the SDK after all, once; the stubs that are there already stay the only ones."""
    if hasattr(sys.modules["pulumi"], "__file__"):
        return
    stubs = sys.modules["pulumi.runtime.proto"]
    del sys.modules["pulumi"], sys.modules["pulumi.runtime"]
    import pulumi.runtime

    # importing a module that is there already does not make it its package's own
    pulumi.runtime.proto = stubs


def version_of(package: str) -> str:
    """The installed version of a package, by the name of its folder, as its installer has noted it."""
    (found,) = _folder(package).parent.glob(f"{package}-*.dist-info")
    return found.name.removeprefix(f"{package}-").removesuffix(".dist-info")


def _folder(package: str) -> Path:
    spec = PathFinder.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the {package} package is not installed", name=package)
    return Path(spec.submodule_search_locations[0])
