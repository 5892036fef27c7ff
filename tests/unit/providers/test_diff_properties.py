"""Diffs of any inputs at all: what is the same is no change, and what is in no table is none either."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.providers.diff_cases import CASES, as_pulumi_delivers

# Of these the providers read what is in them; any other input is only compared.
READ = {
    "machine": {"adopt", "options"},
    "trust": {"login"},
    "served": {"chain"},
    "authority": {"alone", "found"},
}
# The providers whose tables are the whole truth.
BY_TABLE = sorted(CASES.keys() - READ.keys())
SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)
few = settings(max_examples=20, deadline=None)


def any_inputs(resource: str) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs of a resource of that kind, with values that it may never have."""
    case = CASES[resource]
    keys = case.inputs.keys() - READ.get(resource, set())
    return st.fixed_dictionaries(dict.fromkeys(sorted(keys), VALUES)).map(lambda drawn: {**case.inputs, **drawn})


def diff(resource: str, olds: dict[str, Any], news: dict[str, Any]) -> tuple[bool | None, list[str]]:
    case = CASES[resource]
    given = as_pulumi_delivers({**olds, **case.outputs}), as_pulumi_delivers(news)
    before = json.dumps(given)
    result = case.provider.diff("id", *given)
    assert json.dumps(given) == before, "a diff changes what it compares"
    return result.changes, result.replaces or []


@pytest.mark.parametrize("resource", CASES)
@few
@given(data=st.data())
def test_the_same_inputs_are_no_change(resource: str, data: st.DataObject) -> None:
    inputs = data.draw(any_inputs(resource))
    assert diff(resource, inputs, inputs) == (False, [])


@pytest.mark.parametrize("resource", CASES)
@few
@given(data=st.data())
def test_an_input_that_is_in_no_table_is_no_change(resource: str, data: st.DataObject) -> None:
    inputs = data.draw(any_inputs(resource))
    known = {*inputs, *CASES[resource].provider.replaces, *CASES[resource].provider.updates}
    others = st.dictionaries(st.text(max_size=4).filter(lambda key: key not in known), VALUES, max_size=2)
    before, after = data.draw(others), data.draw(others)
    assert diff(resource, {**before, **inputs}, {**after, **inputs}) == (False, [])


@pytest.mark.parametrize("resource", BY_TABLE)
@few
@given(data=st.data())
def test_the_tables_say_all_about_a_change(resource: str, data: st.DataObject) -> None:
    olds, drawn = data.draw(any_inputs(resource)), data.draw(any_inputs(resource))
    redrawn = data.draw(st.sets(st.sampled_from(sorted(olds))))
    news = {**olds, **{key: drawn[key] for key in redrawn}}
    provider = CASES[resource].provider
    other = {key for key in redrawn if olds[key] != news[key]}
    replaces = [key for key in provider.replaces if key in other]
    changes = bool(other & {*provider.replaces, *provider.updates})
    assert diff(resource, olds, news) == (changes, replaces)
