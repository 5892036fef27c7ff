"""What the engine makes of aliases: the URNs under which it looks for a resource in the state of an earlier version.

Source: Pulumi's engine, pkg/resource/deploy/step_generator.go: generateAliases and inheritedChildAlias.
"""

from collections.abc import Iterator

from tests.unit.components.program_mocks import Registered, Run, urn


def former_urns(ran: Run) -> dict[str, set[str]]:
    """The URNs that each resource of a run may have had before, by its URN of today."""
    found: dict[str, set[str]] = {}
    # parents are registered before their children
    for each in ran.resources:
        found[each.urn] = set(_aliases(each, found.get(each.request.parent, set())))
    return found


def _aliases(resource: Registered, parents: set[str]) -> Iterator[str]:
    request = resource.request
    own = [*_specified(resource)]
    yield from (urn(request.parent, kind, name) for kind, name in own)
    for parent in parents:
        for kind, name in [(request.type, request.name), *own]:
            yield _inherited(kind, name, request.parent, parent)


def _specified(resource: Registered) -> Iterator[tuple[str, str]]:
    """Type and name of each alias."""
    for alias in resource.request.aliases:
        spec = alias.spec
        others = (alias.urn, spec.stack, spec.project, spec.parentUrn, spec.noParent)
        assert not any(others), "this knows aliases by type and name alone"
        yield spec.type or resource.request.type, spec.name or resource.request.name


def _inherited(kind: str, name: str, parent: str, former_parent: str) -> str:
    prefix = parent.split("::")[-1]
    if name.startswith(prefix):
        name = former_parent.split("::")[-1] + name.removeprefix(prefix)
    return urn(former_parent, kind, name)
