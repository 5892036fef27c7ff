"""Providers in a stack's state: small, and by names that stay, since a refresh or destroy looks them up by those."""

import base64
import importlib
import pickle
import pickletools
import pkgutil

import pytest
from pulumi.dynamic import dynamic

import providers
from providers.base import Provider

# These paths are in the state of every stack that exists: a renamed one needs a class that stays at the old name.
PATHS = [
    "providers.address StaticAddressProvider",
    "providers.authority StoredAuthorityProvider",
    "providers.borrowed_address BorrowedAddressProvider",
    "providers.check RegistryCheckProvider",
    "providers.current_address CurrentAddressProvider",
    "providers.hosts_file HostsFileProvider",
    "providers.image EngineImageProvider",
    "providers.machine MachineProvider",
    "providers.registry_host RegistryHostProvider",
    "providers.restart RestartProvider",
    "providers.served ServedCertificateProvider",
    "providers.trust TrustProvider",
    "providers.trust_check TrustCheckProvider",
    "providers.workstation_trust WorkstationProvider",
]


def provider(path: str) -> Provider:
    module, name = path.split()
    made = getattr(importlib.import_module(module), name)()
    assert isinstance(made, Provider)
    return made


@pytest.mark.parametrize("path", PATHS)
def test_pickled_by_reference(path: str) -> None:
    text = dynamic.serialize_provider(provider(path))
    assert len(text) < 100
    strings = [argument for _, argument, _ in pickletools.genops(base64.b64decode(text)) if isinstance(argument, str)]
    assert " ".join(strings) == path
    assert text == dynamic.serialize_provider(provider(path))
    assert provider(path).serialize_as_secret_always is False


def test_every_provider_is_listed_here() -> None:
    for module in pkgutil.iter_modules(providers.__path__):
        importlib.import_module(f"providers.{module.name}")
    assert sorted(f"{each.__module__} {each.__name__}" for each in Provider.__subclasses__()) == PATHS


def test_the_state_that_stacks_have_is_understood() -> None:
    of_a_stack = "gASVLAAAAAAAAACMEXByb3ZpZGVycy5tYWNoaW5llIwPTWFjaGluZVByb3ZpZGVylJOUKYGULg=="
    loaded = pickle.loads(base64.b64decode(of_a_stack))  # noqa: S301  # what is written one line above
    assert type(loaded) is type(provider("providers.machine MachineProvider"))
