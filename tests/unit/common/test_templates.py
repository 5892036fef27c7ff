"""Texts with values in them."""

import pytest

from registry_stack.common.templates import fill_in

OUTPUTS = {"name": "registry0", "lines": ["1 a", "2 b"], "ends": {"own": "soon", "next": "later"}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("# ${outputs.name}\n", "# registry0\n"),
        ("${outputs.name}/${outputs.name}", "registry0/registry0"),
        ("it ends ${outputs.ends.own}.", "it ends soon."),
        ("${outputs.lines}\n", "1 a\n2 b\n"),
        ("${outputs.ends}", "- own: soon\n- next: later"),
        ("1. these:\n\n   ```\n   ${outputs.lines}\n   ```\n", "1. these:\n\n   ```\n   1 a\n   2 b\n   ```\n"),
        ("- these:\n\n  ${outputs.ends}\n", "- these:\n\n  - own: soon\n  - next: later\n"),
        ("$PATH, ${HOME} and {outputs.name}", "$PATH, ${HOME} and {outputs.name}"),
    ],
)
def test_values_take_their_places(template: str, text: str) -> None:
    assert fill_in(template, OUTPUTS) == text


@pytest.mark.parametrize("place", ["${outputs.nmae}", "${outputs.ends.never}"])
def test_a_place_for_no_value_is_an_error(place: str) -> None:
    with pytest.raises(KeyError):
        fill_in(place, OUTPUTS)


@pytest.mark.parametrize(
    "text",
    ["$name", "${name}", "${outputs}", "${outputs.}", "$${HOME}", "{outputs.name}", "${outputs.a b}", r"\1"],
)
def test_whatever_else_looks_like_a_place_stays(text: str) -> None:
    assert fill_in(text, OUTPUTS) == text


def test_a_value_is_no_template() -> None:
    tricky = r"${outputs.name} \1 \g<0> $HOME {name}"
    assert fill_in("<${outputs.tricky}>", {"tricky": tricky, "name": "never"}) == f"<{tricky}>"
