"""The WorkstationTrust resource: the workstation that Pulumi runs on trusts the registry's authorities."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource
from registry_stack.common.runner import run
from registry_stack.guest.systems import SYSTEMS
from registry_stack.workstation.trust import Placed, WorkstationTrustWork
from registry_stack.workstation.trust_store import Workstation, by_hand


class WorkstationProvider(Provider):
    """Makes the workstation trust the registry. If it has no right to, that is drift, and the next `up` tries again."""

    replaces = ("workstation", "scope", "reference")
    updates = ("anchors",)
    delete_before_replace = True

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["reference"], {**props, **_apply_trust(props, Placed())})

    def read(self, id_: str, props: Props) -> ReadResult:
        work = _work(props)
        work.inspect()
        return ReadResult(id_, {**props, **_status(props, work)})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        return UpdateResult({**new, **_apply_trust(new, _placed(old))})

    def delete(self, id_: str, props: Props) -> None:
        work = _work(props)
        work.uninstall(_placed(props))
        if work.problems:
            # Pulumi shows what a provider prints there, and a destroy must not fail over a workstation's own trust
            left = "; ".join(work.problems)
            print(f"trust in {props['reference']} is left on this workstation: {left}", file=sys.stderr)


@dataclass(frozen=True)
class WorkstationTrustArgs:
    """The fields of a `Workstation`; whether its user's engines or the whole system (`scope`) should trust the registry
    whose images begin with `reference`; the certificates of the authorities (PEM) by their names."""

    workstation: Mapping[str, str]
    scope: str
    reference: str
    anchors: Mapping[str, pulumi.Input[str]]


class WorkstationTrust(StackResource, module="registry", name="WorkstationTrust"):
    """A workstation's trust. `status` is "managed: ...", or what to do by hand; `placed` is what was put there."""

    provider = WorkstationProvider
    walls = ("anchors",)

    status: pulumi.Output[str]
    placed: pulumi.Output[dict[str, list[str]]]

    def __init__(
        self, resource_name: str, args: WorkstationTrustArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(resource_name, args, opts)


def _apply_trust(props: Props, previous: Placed) -> Props:
    work = _work(props)
    placed = work.install(previous)
    return {**_status(props, work), "placed": {key: list(value) for key, value in asdict(placed).items()}}


def _status(props: Props, work: WorkstationTrustWork) -> Props:
    reference = props["reference"]
    if props["scope"] == "system" and work.places.store is None:
        work.problems.append(
            f"this program does not know this system's trust store; it knows those of {', '.join(SYSTEMS)}"
        )
    if not work.problems:
        return {"drift": [], "status": f"managed: this workstation trusts {reference}"}
    problems = "; ".join(work.problems)
    hand = by_hand(work.places, reference, props["anchors"])
    again = f"the next `pulumi up` tries again. To do it by hand: {hand}"
    return {"drift": list(work.problems), "status": f"not managed: {problems}; {again}"}


def _work(props: Props) -> WorkstationTrustWork:
    workstation = Workstation(**props["workstation"])
    lock = Path(workstation.home) / ".cache" / "registry-stack" / "trust-store.lock"
    places = workstation.places(props["scope"], props["reference"])
    return WorkstationTrustWork(places, props["reference"], props["anchors"], lock, run)


def _placed(props: Props) -> Placed:
    return Placed(**{key: tuple(value) for key, value in props["placed"].items()})
