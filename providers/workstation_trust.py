"""The WorkstationTrust resource: the workstation that Pulumi runs on trusts the registry's authorities."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import Props, Provider, changed
from registry_stack.guest.systems import SYSTEMS
from registry_stack.workstation.trust_store import Workstation, by_hand

if TYPE_CHECKING:
    from registry_stack.workstation.trust import Placed, WorkstationTrustWork

_REPLACES = ("workstation", "scope", "reference")


class WorkstationProvider(Provider):
    """Translates Pulumi's calls into changes of a workstation's trust."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, _REPLACES)
        changes = bool(replaces or changed(_olds, _news, ["anchors"])) or not _olds["managed"]
        return DiffResult(changes=changes, replaces=replaces, delete_before_replace=True)

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["reference"], {**props, **_apply_trust(props, None)})

    def read(self, id_: str, props: Props) -> ReadResult:
        work = _work(props)
        work.inspect()
        return ReadResult(id_, {**props, **_status(props, work)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult({**_news, **_apply_trust(_news, _placed(_olds))})

    def delete(self, _id: str, _props: Props) -> None:
        work = _work(_props)
        work.uninstall(_placed(_props))
        if work.problems:
            # Pulumi shows what a provider prints there, and a destroy must not fail over a workstation's own trust
            left = "; ".join(work.problems)
            print(f"trust in {_props['reference']} is left on this workstation: {left}", file=sys.stderr)


class WorkstationTrust(Resource, module="registry", name="WorkstationTrust"):
    """Trust of a workstation in the registry that images of `reference` are in, of its user's engines or of the whole
    system (`scope`); `anchors` are the certificates of the authorities (PEM) by their names.

    `managed` is whether it is there. If not, for lack of a right or because somebody took it away, the next `up` tries
    again. `status` is "managed: ...", or says what to do by hand. `placed` is what was put there.
    """

    managed: pulumi.Output[bool]
    status: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        workstation: Workstation,
        scope: str,
        reference: str,
        anchors: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"workstation": asdict(workstation), "scope": scope, "reference": reference, "anchors": anchors}
        outputs = {"managed": None, "status": None, "placed": None}
        super().__init__(WorkstationProvider(), resource_name, {**inputs, **outputs}, opts)


def _apply_trust(props: Props, previous: "Placed | None") -> Props:
    from registry_stack.workstation.trust import Placed

    work = _work(props)
    placed = work.install(previous or Placed())
    return {**_status(props, work), "placed": {key: list(value) for key, value in asdict(placed).items()}}


def _status(props: Props, work: "WorkstationTrustWork") -> Props:
    reference = props["reference"]
    if props["scope"] == "system" and work.places.store is None:
        work.problems.append(f"where this system keeps whom it trusts is not known; known are {', '.join(SYSTEMS)}")
    if not work.problems:
        return {"managed": True, "status": f"managed: this workstation trusts {reference}"}
    problems = "; ".join(work.problems)
    hand = by_hand(work.places, reference, props["anchors"])
    again = f"the next `pulumi up` tries again. To do it by hand: {hand}"
    return {"managed": False, "status": f"not managed: {problems}; {again}"}


def _work(props: Props) -> "WorkstationTrustWork":
    from registry_stack.common.runner import run
    from registry_stack.workstation.trust import WorkstationTrustWork

    workstation = Workstation(**props["workstation"])
    lock = Path(workstation.home) / ".cache" / "registry-stack" / "trust-store.lock"
    places = workstation.places(props["scope"], props["reference"])
    return WorkstationTrustWork(places, props["reference"], props["anchors"], lock, run)


def _placed(props: Props) -> "Placed":
    from registry_stack.workstation.trust import Placed

    return Placed(**{key: tuple(value) for key, value in props["placed"].items()})
