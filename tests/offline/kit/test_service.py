"""What all plugins' services have in common."""

from collections.abc import Iterable

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from offline.kit.engine_log import EngineLog
from offline.kit.resource import PluginError, Resource
from offline.kit.schema import Property
from offline.kit.server import Plugin
from offline.kit.values import UNKNOWN, Properties, to_struct
from tests.offline.engine import AbortedError, Caller, CheckedError, Made, secrets

HIDDEN = "correct horse battery staple"


class Thing(Resource):
    """Fails as its inputs say."""

    tok = "test:index:Thing"
    named = True
    schema = {  # noqa: RUF012 - nobody changes it
        "name": Property(computed=True),
        "kind": Property(required=True, choices=("good", "foreseen", "unforeseen")),
        "size": Property(default=1, minimum=1, replaces=False),
        "key": Property(secret=True),
        "box": Property(fields={"lid": Property(default="shut"), "code": Property(secret=True)}),
        "old": Property(supported=False),
        "made": Property(output=True),
    }

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        if inputs["kind"] == "foreseen":
            raise PluginError("the thing broke")
        if inputs["kind"] == "unforeseen":
            raise ValueError(HIDDEN)
        return "id", {**inputs, "made": "yes"}


class ThingPlugin(Plugin):
    package = "pulumi"
    config = {"where": Property()}  # noqa: RUF012 - nobody changes it

    def resources(self, log: EngineLog) -> Iterable[Resource]:
        return (Thing(),)

    def configure(self, config: Properties) -> None:
        if config.get("where") == "nowhere":
            raise PluginError("where is nowhere")


@pytest.fixture
def caller() -> Caller:
    return Caller(ThingPlugin())


def test_foreseen_failure_is_its_text(caller: Caller) -> None:
    with pytest.raises(AbortedError) as caught:
        caller.create("Thing", {"kind": "foreseen"})
    assert str(caught.value) == "the thing broke"


def test_unforeseen_failure_tells_its_place_and_no_more(caller: Caller) -> None:
    with pytest.raises(AbortedError) as caught:
        caller.create("Thing", {"kind": "unforeseen"})
    assert "ValueError at " in str(caught.value)
    assert HIDDEN not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_configuration_failure(caller: Caller) -> None:
    with pytest.raises(AbortedError, match=r"^where is nowhere$"):
        caller.configure(where="nowhere")


@pytest.mark.parametrize(
    ("inputs", "faults"),
    [
        ({}, {"kind": "is required"}),
        ({"kind": "bad"}, {"kind": "must be one of good, foreseen, unforeseen"}),
        ({"kind": "good", "size": 0}, {"size": "must be at least 1"}),
        ({"kind": "good", "sise": 1}, {"sise": "unknown property"}),
        ({"kind": "good", "made": "no"}, {"made": "unknown property"}),
        ({"kind": "good", "box": {"lit": 1}}, {"box.lit": "unknown property"}),
        ({"kind": "good", "old": 1}, {"old": "is not among what the offline plugin can do"}),
    ],
)
def test_faults(caller: Caller, inputs: Properties, faults: dict[str, str]) -> None:
    with pytest.raises(CheckedError) as caught:
        caller.check("Thing", inputs)
    assert caught.value.faults == faults


def test_unknown_inputs_are_no_fault(caller: Caller) -> None:
    assert caller.check("Thing", {"kind": UNKNOWN, "size": UNKNOWN})["kind"] == UNKNOWN


def test_defaults(caller: Caller) -> None:
    inputs = caller.check("Thing", {"kind": "good", "name": "n", "box": {"code": "1"}})
    assert inputs == {"kind": "good", "name": "n", "size": 1, "box": {"lid": "shut", "code": "1"}}


def test_generated_name_stays(caller: Caller) -> None:
    first = caller.check("Thing", {"kind": "good"})
    assert first["name"].startswith("it-")
    assert first["__defaults"] == ["name"]
    assert caller.check("Thing", {"kind": "good"}, first)["name"] == first["name"]
    assert caller.check("Thing", {"kind": "good"}, {"name": "given"})["name"] not in (first["name"], "given")


def test_given_name_is_deleted_before_it_is_made_again(caller: Caller) -> None:
    given, generated = {"kind": "good", "name": "n"}, {"kind": "good"}
    assert caller.diff("Thing", caller.create("Thing", given), {**given, "key": "k"}).deleteBeforeReplace
    assert not caller.diff("Thing", caller.create("Thing", generated), {**generated, "key": "k"}).deleteBeforeReplace


def test_kinds_of_change(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good", "name": "n", "key": "k"})
    assert caller.changes("Thing", made, {"kind": "good", "name": "n", "key": "k"}) == {}
    changed = {"kind": "unforeseen", "name": "n", "size": 2, "box": {}}
    expected = {"kind": "UPDATE_REPLACE", "key": "DELETE_REPLACE", "size": "UPDATE", "box": "ADD_REPLACE"}
    assert caller.changes("Thing", made, changed) == expected


def test_preview_knows_what_is_given(caller: Caller) -> None:
    preview = caller.preview("Thing", {"kind": "good", "name": "n"})
    assert preview == {"kind": "good", "name": "n", "size": 1, "made": UNKNOWN}


def test_preview_of_an_update_keeps_what_stays(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good", "name": "n", "key": "k"})
    preview = caller.preview_update("Thing", made, {"kind": "good", "name": "n", "size": UNKNOWN})
    assert preview == {"kind": "good", "name": "n", "size": UNKNOWN, "made": "yes"}


def test_secrets_are_marked(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good", "key": "k", "box": {"code": "1"}})
    assert made.secrets == {"key"}
    request = provider_pb2.CheckRequest(
        urn="urn:pulumi:s::p::test:index:Thing::it", news=to_struct({"kind": "good", "box": {"code": "1"}})
    )
    box = caller.service.Check(request, caller._context).inputs.fields["box"]
    assert secrets(box.struct_value) == {"code"}


def test_foreign_type(caller: Caller) -> None:
    with pytest.raises(AbortedError, match="test:index:Other is not among the offline plugin's types"):
        caller.check("test:index:Other", {})


def test_cancel(caller: Caller) -> None:
    caller.service.Cancel(Empty(), caller._context)
    assert caller.log.cancelled.is_set()


def test_outputs_hold_the_id_and_nothing_of_the_official_plugin(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good"})
    assert made.state["id"] == made.id
    made.state |= {"__meta": "{}", "__pulumi_raw_state_delta": {"obj": {}}}
    again = caller.read("Thing", made)
    updated = caller.update("Thing", made, {"kind": "good", "size": 2})
    # A delta that no longer fits its state is fatal to the official plugin.
    assert again
    assert [name for state in (again.state, updated.state) for name in state if name.startswith("__")] == []
    assert again.state["id"] == updated.state["id"] == made.id


def test_a_property_that_is_no_longer_set_is_gone(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good", "name": "n", "key": "k"})
    updated = caller.update("Thing", made, {"kind": "good", "name": "n"})
    assert "key" not in updated.state
    assert updated.state["made"] == "yes"
    assert caller.changes("Thing", updated, {"kind": "good", "name": "n"}) == {}


def test_import_is_refused(caller: Caller) -> None:
    with pytest.raises(AbortedError, match="cannot import a test:index:Thing: that takes Pulumi's own plugin"):
        caller.read("Thing", Made("id", {}, {}))


def test_what_only_pulumis_own_plugin_can_do_is_said(caller: Caller) -> None:
    with pytest.raises(AbortedError, match=r"^the offline plugin has no schema: that takes Pulumi's own plugin$"):
        caller.service.GetSchema(provider_pb2.GetSchemaRequest(), caller._context)
    with pytest.raises(AbortedError, match="cannot call test:index:find: that takes"):
        caller.service.Invoke(provider_pb2.InvokeRequest(tok="test:index:find"), caller._context)


@pytest.mark.parametrize(
    ("config", "faults"),
    [({"where": "here", "version": "1.2.3"}, []), ({"were": "here"}, [("were", "unknown property")])],
)
def test_configuration_is_checked(caller: Caller, config: Properties, faults: list[tuple[str, str]]) -> None:
    response = caller.service.CheckConfig(provider_pb2.CheckRequest(news=to_struct(config)), caller._context)
    assert [(failure.property, failure.reason) for failure in response.failures] == faults


def test_configuration_changes_in_place(caller: Caller) -> None:
    olds, news = to_struct({"where": "here"}), to_struct({"where": "there"})
    response = caller.service.DiffConfig(provider_pb2.DiffRequest(olds=olds, news=news), caller._context)
    assert (list(response.diffs), list(response.replaces)) == (["where"], [])
    same = caller.service.DiffConfig(provider_pb2.DiffRequest(olds=olds, news=olds), caller._context)
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_read_keeps_what_is_not_read_back(caller: Caller) -> None:
    made = caller.create("Thing", {"kind": "good", "key": "k"})
    again = caller.read("Thing", made)
    assert again
    assert again.state == made.state
    assert again.secrets == {"key"}
