"""The bench's own logic, on measurements that are made up."""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_stack.common.errors import DeadlineError, StackError
from registry_stack.common.locks import locked
from tasks.bench import bench
from tasks.bench.empty import Pair
from tasks.bench.guide import GuideRun
from tasks.bench.measure import Measured, measure
from tasks.bench.program import ProgramRun
from tasks.bench.report import Row, middle_run, path, table
from tasks.bench.stack import PROJECT, BenchStack, own_config
from tasks.bench.timeline import Link, Span, changes, complaints, critical_path, name_of, operations
from tasks.layout import HERE

DEMO = (HERE.checkout / "Pulumi.demo.yaml").read_text("utf-8")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:bench::{PROJECT}::a:index:Stack${kind}::{name}"


KEY, NETWORK, BOX = urn("tls:i:Key", "key"), urn("docker:i:Network", "net"), urn("docker:i:Container", "box")
TLS, DOCKER = urn("pulumi:providers:tls", "default"), urn("pulumi:providers:docker", "default")


def event(kind: str, of: str, custom: bool = True) -> str:
    return json.dumps({"sequence": 1, kind: {"metadata": {"op": "create", "urn": of, "new": {"custom": custom}}}})


def resource(of: str, provider: str, *dependencies: str) -> dict[str, Any]:
    return {"urn": of, "type": "t", "provider": f"{provider}::an-id", "dependencies": list(dependencies)}


def ready(provider: str, seconds: float) -> dict[str, Any]:
    return {"urn": provider, "created": (BEGAN + timedelta(seconds=seconds)).isoformat()}


def test_operations_are_those_of_resources_that_began_and_ended() -> None:
    lines = [
        (0.5, "a warning that is no event"),
        (1.0, event("resourcePreEvent", KEY)),
        (1.0, event("resourcePreEvent", urn("a:index:Component", "part"), custom=False)),
        (1.5, event("resourcePreEvent", NETWORK)),
        (3.0, event("resOutputsEvent", KEY)),
        (4.0, event("resOutputsEvent", urn("a:index:Component", "part"), custom=False)),
    ]
    assert operations(lines) == {KEY: Span("Key key", 1.0, 3.0)}


def test_the_critical_path_goes_by_what_ended_last_and_names_the_plugin_that_was_waited_for() -> None:
    spans = {KEY: Span("key", 2.0, 2.5), NETWORK: Span("net", 3.0, 3.4), BOX: Span("box", 3.5, 5.0)}
    state = [
        ready(TLS, 1.9),
        ready(DOCKER, 2.9),
        resource(KEY, TLS),
        resource(NETWORK, DOCKER),
        resource(BOX, DOCKER, KEY, NETWORK),
    ]
    links = critical_path(spans, state, BEGAN)
    assert [(round(link.before, 3), link.plugin, link.span.name) for link in links] == [
        (3.0, "docker default", "net"),
        (0.1, None, "box"),
    ]


def test_a_provider_of_the_program_itself_is_a_resource_of_the_path() -> None:
    spans = {TLS: Span("mine", 1.0, 1.2), KEY: Span("key", 1.3, 2.0)}
    state = [{**ready(TLS, 1.2), "provider": ""}, resource(KEY, TLS)]
    assert [link.span.name for link in critical_path(spans, state, BEGAN)] == ["mine", "key"]


def test_there_is_no_critical_path_without_operations() -> None:
    assert critical_path({}, [], BEGAN) == []


def test_complaints_are_errors_and_whatever_is_no_event() -> None:
    def said(severity: str, message: str) -> str:
        return json.dumps({"sequence": 1, "diagnosticEvent": {"severity": severity, "message": f"{message}\n"}})

    lines = [(1.0, said("debug", "registering")), (2.0, said("error", "no such image")), (3.0, "error: cut short")]
    assert complaints(lines) == "no such image\nerror: cut short"


def test_changes_are_what_does_not_stay_the_same() -> None:
    same = event("resourcePreEvent", NETWORK).replace('"create"', '"same"')
    assert changes([(1.0, same), (2.0, event("resourcePreEvent", KEY)), (3.0, "no event")]) == ["create Key key"]


def test_a_name_is_type_and_name() -> None:
    assert name_of("urn:pulumi:s::p::a:index:A$docker:index/network:Network::net") == "Network net"


def test_a_table_has_medians_ranges_and_whether_targets_are_met() -> None:
    _, met, missed, free = table([Row("a", [3, 1, 2], 2), Row("b", [3.5], 3), Row("c", [0.7], unit="")])
    assert met.split() == ["a", "2.00", "s", "1.00-3.00", "2", "s:", "met"]
    assert missed.split() == ["b", "3.50", "s", "3.50-3.50", "3", "s:", "missed"]
    assert free.split() == ["c", "0.70", "0.70-0.70"]


def test_the_run_that_is_shown_is_the_middle_one() -> None:
    assert middle_run([9.0, 1.0, 4.0]) == 2


def test_a_path_ends_with_the_command() -> None:
    lines = path([Link(1.0, None, Span("a", 1.0, 2.0)), Link(0.5, "docker default", Span("b", 2.5, 4.0))], 4.75)
    assert [line.split()[:4] for line in lines[1:]] == [
        ["1.00", "1.00", "1.00", "a"],
        ["2.50", "0.50", "1.50", "b"],
        ["4.00", "0.75", "until", "the"],
    ]
    assert "docker default" in lines[2]


def test_the_bench_has_the_demos_settings_in_another_network(tmp_path: Path) -> None:
    demo = yaml.safe_load(DEMO)["config"]
    ours = own_config(DEMO, tmp_path)
    assert ours.pop(f"{PROJECT}:dockerMachine") == {"storage": str(tmp_path)}
    assert demo.pop(f"{PROJECT}:dockerMachine") != {"storage": str(tmp_path)}
    assert json.loads(json.dumps(ours).replace("192.168.236.", "192.168.233.")) == demo
    assert ours != demo


def test_a_run_leaves_the_checkout_alone(tmp_path: Path) -> None:
    before = {each.name: each.stat().st_mtime_ns for each in HERE.checkout.glob("Pulumi*.yaml")}
    stack = BenchStack.make(
        HERE.checkout, tmp_path / "bench", {"PATH": "", "PULUMI_BACKEND_URL": "https://theirs"}, lock=0
    )
    assert stack.environment["PULUMI_BACKEND_URL"] == (tmp_path / "bench" / "state").as_uri()
    assert stack.storage == tmp_path / "bench" / "docker-machine"
    assert "encryptionsalt" not in stack.stack_file.read_text()
    assert {each.name: each.stat().st_mtime_ns for each in HERE.checkout.glob("Pulumi*.yaml")} == before


def test_a_command_is_measured_with_what_it_said_and_when() -> None:
    program = "import time; print('first', flush=True); time.sleep(0.3); print('last'); sum(range(10**6)); exit(3)"
    measured = measure([sys.executable, "-c", program], os.environ, 60)
    assert measured.code == 3
    (first, _), (last, _) = measured.lines
    assert [line for _, line in measured.lines] == ["first", "last"]
    assert last >= 0.3, "it slept as long before it said that"
    assert first < last
    assert measured.seconds >= last
    assert measured.processor > 0


def test_a_command_that_hangs_is_ended_with_what_it_started() -> None:
    start = time.monotonic()
    measured = measure(["sh", "-c", "echo begun; sleep 60 & sleep 60"], os.environ, 0.5)
    assert time.monotonic() - start < 30
    assert measured.code != 0
    assert [line for _, line in measured.lines] == ["begun"]


def test_a_command_that_is_not_there_is_said() -> None:
    with pytest.raises(StackError, match="no-such-command was not found"):
        measure(["no-such-command"], os.environ, 1)


def program(seconds: float) -> ProgramRun:
    def took(share: float) -> Measured:
        lines = [(share * 0.25, event("resourcePreEvent", KEY)), (share * 0.5, event("resOutputsEvent", KEY))]
        return Measured(0, share, share / 2, lines)

    span = Span("Key key", 1.0, 2.0)
    pairs = [Pair(took(2.0), took(0.8)), Pair(took(1.5), took(0.5))]
    return ProgramRun(took(seconds), pairs, took(1.0), took(4.0), {KEY: span}, [Link(1.0, None, span)])


def test_the_ratio_is_that_of_each_run_and_counts_the_hosts() -> None:
    guides = [GuideRun(2.0, 18.0, {"machines": 18.0}), GuideRun(2.0, 38.0, {"machines": 38.0})]
    lines = bench.report([program(10.0), program(20.0)], guides)
    [ratio] = [line for line in lines if line.startswith("the first up / the guide")]
    assert ratio.split()[-4:] == ["0.50", "0.50-0.50", "0.6:", "met"]


def test_the_second_up_is_compared_with_an_empty_programs_pair_by_pair() -> None:
    lines = bench.report([program(10.0)], [])
    [ratio] = [line for line in lines if line.startswith("the second up / an empty program's")]
    assert ratio.split()[-4:] == ["2.75", "2.50-3.00", "2:", "missed"]


def test_without_the_guide_the_program_is_reported_all_the_same() -> None:
    lines = bench.report([program(10.0)], [])
    assert not any("by hand" in line for line in lines)
    assert any(line.startswith("pulumi destroy") and line.endswith("10 s: met") for line in lines)


def test_a_command_keeps_the_lock_as_long_as_it_runs(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", "a bench", 1) as lock:
        held = measure(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], os.environ, 60, [lock])
    [(_, sleeper)] = held.lines
    try:
        with pytest.raises(DeadlineError), locked(tmp_path / "lock", "a bench", 0.3):
            pass
    finally:
        os.kill(int(sleeper), signal.SIGKILL)
    with locked(tmp_path / "lock", "a bench", 10):
        pass
