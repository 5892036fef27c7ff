"""Operating systems, one in each file: where it keeps the certificate authorities that it trusts."""

from collections.abc import Mapping

from registry_stack.guest.systems import alpine, boot2docker, coreos, debian, rhel, suse
from registry_stack.guest.systems.system import System

__all__ = ["SYSTEMS", "System", "recognise"]

SYSTEMS: Mapping[str, System] = {
    each.SYSTEM.name: each.SYSTEM for each in (boot2docker, coreos, debian, rhel, alpine, suse)
}
"""The supported systems, by their names."""

_BY_ID = {id_: system for system in SYSTEMS.values() for id_ in system.ids}


def recognise(os_release: str) -> System | None:
    """The system that an os-release file describes, by its ID, or else by the first supported one of its ID_LIKE.

    Source: os-release(5).
    """
    fields = _fields(os_release)
    for id_ in (fields.get("ID", ""), *fields.get("ID_LIKE", "").split()):
        if id_ in _BY_ID:
            return _BY_ID[id_]
    return None


def _fields(os_release: str) -> dict[str, str]:
    assignments = (line.partition("=") for line in os_release.splitlines())
    return {key: value.strip().strip("\"'") for key, _, value in assignments}
