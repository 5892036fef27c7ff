"""The picture of a terminal, and what is recorded for it."""

import os
import re
from xml.etree import ElementTree

import pytest

from registry_stack.common.errors import StackError
from tasks.docs.recording import LONGEST_PAUSE, PICTURE, anonymous, lines_of, without_pauses
from tasks.docs.terminal_picture import Line, terminal_picture
from tasks.layout import HERE

SVG = "{http://www.w3.org/2000/svg}"
GREEN = "\x1b[38;5;2m"
PLAIN = "\x1b[0m"


def rows(picture: str) -> list[str]:
    """The texts of a picture's rows, without its title."""
    texts = ElementTree.fromstring(picture).findall(f".//{SVG}text")  # noqa: S314  # made here
    return ["".join(text.itertext()) for text in texts[1:]]


def offsets(picture: str, animation: str) -> list[int]:
    keyframes = next(line for line in picture.splitlines() if line.startswith(f"@keyframes {animation} "))
    return [int(pixels) for pixels in re.findall(r"translateY\((-?\d+)px\)", keyframes)]


def test_what_a_terminal_gets_is_recorded() -> None:
    script = f"printf '{GREEN}+ a{PLAIN}\\n'; test -t 1 && echo terminal; test -t 0 || printf 'no input'"
    lines = list(lines_of(["sh", "-c", script], {"PATH": os.environ["PATH"]}))
    assert [line.text for line in lines] == [f"{GREEN}+ a{PLAIN}", "terminal", "no input"]
    assert lines[0].seconds <= lines[-1].seconds


def test_a_failure_is_not_recorded() -> None:
    with pytest.raises(StackError, match="`sh -c exit 3` ended with exit code 3"):
        list(lines_of(["sh", "-c", "exit 3"], {"PATH": os.environ["PATH"]}))


def test_pauses_are_cut() -> None:
    lines = [Line(0, "a"), Line(0.5, "b"), Line(60, "c")]
    assert [line.seconds for line in without_pauses(lines)] == [0, 0.5, 0.5 + LONGEST_PAUSE]


def test_the_path_of_the_checkout_is_left_out() -> None:
    assert anonymous(f"cd {HERE.checkout}/docs") == "cd ~/registry-stack/docs"


def test_texts_are_shown_as_they_are() -> None:
    picture = terminal_picture("a & b", [Line(0, f"{GREEN}+{PLAIN} <x> & 'y'"), Line(1, "")], 80, 5)
    assert rows(picture) == ["+<x> & 'y'"]
    assert "<title>a &amp; b</title>" in picture
    assert '<tspan x="0.0" textLength="7.8" fill="#56d364">+</tspan>' in picture


def test_long_lines_go_on_in_the_next_row() -> None:
    assert rows(terminal_picture("", [Line(0, "abcdefgh"), Line(1, "ij")], 3, 5)) == ["abc", "def", "gh", "ij"]


def test_the_last_screen_is_shown_without_animation_too() -> None:
    picture = terminal_picture("", [Line(number, str(number)) for number in range(10)], 80, 4)
    row = 19
    assert f'<g class="lines" transform="translate(0 {-6 * row})">' in picture
    assert offsets(picture, "scroll") == [0, 0, 0, 0, *(-number * row for number in range(1, 7))]
    assert offsets(picture, "come") == [(number - 10) * row for number in range(1, 11)]


def test_the_committed_picture_needs_nothing_else() -> None:
    text = (HERE.checkout / PICTURE).read_text("utf-8")
    names = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(text).iter()}  # noqa: S314
    assert names <= {"svg", "title", "style", "clipPath", "rect", "path", "circle", "text", "tspan", "g"}
    assert re.findall(r"(?:href|url\()[^#]", text) == []
    assert str(HERE.checkout) not in text
    assert "The tour:" in rows(text)
