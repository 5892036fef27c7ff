"""Where the time of a `pulumi up` went. Pure: from the CLI's output, with its times, and the state that it left.

Sources: the events of Pulumi's engine (`pulumi up --json`, one JSON document on each line; their own times are whole
seconds, so the time of their arrival counts), and the deployment of `pulumi stack export`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Lines = Iterable[tuple[float, str]]


@dataclass(frozen=True)
class Span:
    """A resource, and the seconds since the command's start between which its operation ran."""

    name: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long its operation took."""
        return self.end - self.start


@dataclass(frozen=True)
class Link:
    """A resource on the critical path. `before` is the seconds that it waited although all that it depends on was done;
    `plugin` is the provider whose plugin became ready meanwhile, if one did."""

    before: float
    plugin: str | None
    span: Span


def operations(lines: Lines) -> dict[str, Span]:
    """URN -> span of every resource except components, whose parts have the spans."""
    started: dict[str, float] = {}
    ended: dict[str, float] = {}
    for seconds, event in _events(lines):
        for kind, times in (("resourcePreEvent", started), ("resOutputsEvent", ended)):
            metadata = event.get(kind, {}).get("metadata")
            if metadata and (metadata.get("new") or metadata.get("old") or {}).get("custom"):
                times[metadata["urn"]] = seconds
    return {urn: Span(name_of(urn), start, ended[urn]) for urn, start in started.items() if urn in ended}


def critical_path(spans: Mapping[str, Span], resources: Sequence[Mapping[str, Any]], began: datetime) -> list[Link]:
    """The chain of resources of which each waited for the one before, up to the one that ended last.

    `resources` are those of the state, `began` is when the command was started. Providers that the engine creates by
    itself have no events; the state says when each was ready.
    """
    by_urn = {resource["urn"]: resource for resource in resources}
    path: list[Link] = []
    urn = max(spans, key=lambda each: spans[each].end, default=None)
    while urn is not None:
        provider = _provider(by_urn[urn])
        needed = [other for other in (*by_urn[urn].get("dependencies", []), provider) if other in spans]
        previous = max(needed, key=lambda each: spans[each].end, default=None)
        waited = spans[previous].end if previous else 0.0
        ready = _seconds(by_urn[provider]["created"], began) if provider in by_urn else waited
        plugin = name_of(provider) if provider not in spans and ready > waited else None
        path.append(Link(max(0.0, spans[urn].start - waited), plugin, spans[urn]))
        urn = previous
    return path[::-1]


def complaints(lines: Lines) -> str:
    """Why a command failed, in its own words: the errors among its events, and all output that is not an event."""
    said = []
    for seconds, line in lines:
        event = next((event for _, event in _events([(seconds, line)])), None)
        if event is None:
            said.append(line)
        elif event.get("diagnosticEvent", {}).get("severity") == "error":
            said.append(event["diagnosticEvent"]["message"].strip())
    return "\n".join(said)


def changes(lines: Lines) -> list[str]:
    """What was done to resources, as "update Container box", without those that stayed the same."""
    steps = [event["resourcePreEvent"]["metadata"] for _, event in _events(lines) if "resourcePreEvent" in event]
    return [f"{step['op']} {name_of(step['urn'])}" for step in steps if step["op"] not in ("same", "refresh")]


def name_of(urn: str) -> str:
    """A resource's type without its package, and its name."""
    *_, types, name = urn.split("::")
    return f"{types.split('$')[-1].rsplit(':', 1)[-1]} {name}"


def _provider(resource: Mapping[str, Any]) -> str:
    """The URN of the resource's provider, without the id that the state appends."""
    return str(resource.get("provider", "")).rpartition("::")[0]


def _seconds(moment: str, began: datetime) -> float:
    return (datetime.fromisoformat(moment) - began).total_seconds()


def _events(lines: Lines) -> Iterator[tuple[float, dict[str, Any]]]:
    for seconds, line in lines:
        if line.startswith('{"sequence"'):
            yield seconds, json.loads(line)
