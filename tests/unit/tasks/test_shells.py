"""Lines for shells: a real sh, and readers of what the other ones' manuals say of single quotes.

A real fish reads them in tests/e2e/test_6_logins.py, on a host that has one.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tasks.stack.shells import SHELLS, quote_for_fish, quote_for_powershell

ODD = [
    "",
    "plain",
    "with two  spaces ",
    "it's",
    "''",
    '"double"',
    "$HOME ${HOME} $(id) `id`",
    "a;b & c | d > e # f",
    "two\nlines\r\nand a tab\t",
    "C:\\Users\\me\\'x\\",
    "J\u00f6rg \u2018quoted\u2019 \u6f22 \U0001f511",
    "%PATH% !x! ^y",
    "-n",
    "~/x",
    "{a,b} * ? [c]",
    "1",
]
# what an environment can hold
VALUES = some.text(some.characters(exclude_characters="\0", codec="utf-8"))


@pytest.mark.parametrize("value", ODD)
def test_a_posix_shell_gets_every_value(value: str) -> None:
    assert evaluate_posix({"GONE": "x", "NEW": "old"}, {"NEW": value}) == f"{value}|none"


def test_removals_come_first_then_changes_and_nothing_else() -> None:
    before, after = {"GONE": "x", "SAME": "1", "NEW": "old"}, {"SAME": "1", "NEW": "a b", "A": "c"}
    assert SHELLS["posix"].lines(before, after) == ["unset GONE", "export A=c", "export NEW='a b'"]
    assert SHELLS["fish"].lines(before, after) == ["set -e GONE", "set -gx A 'c'", "set -gx NEW 'a b'"]
    assert SHELLS["powershell"].lines(before, after) == [
        "Remove-Item Env:GONE -ErrorAction SilentlyContinue",
        "$env:A = 'c'",
        "$env:NEW = 'a b'",
    ]
    for shell in SHELLS.values():
        assert shell.lines(after, after) == []


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("", "''"),
        ("C:\\a b;c", "'C:\\a b;c'"),
        ('it\'s $HOME `n "x"', "'it''s $HOME `n \"x\"'"),
        ("a\nb", "'a' + [char]10 + 'b'"),
        ("\nb", "'' + [char]10 + 'b'"),
        ("\u00f6\u2019", "'' + [char]246 + [char]8217"),
        ("x\U0001f511", "'x' + [char]55357 + [char]56593"),
    ],
)
def test_powershell_quoting(value: str, quoted: str) -> None:
    assert quote_for_powershell(value) == quoted


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("", "''"), ("a b;$c", "'a b;$c'"), ("it's", r"'it\'s'"), ("a\\b\\", r"'a\\b\\'"), ("a\nb", "'a\nb'")],
)
def test_fish_quoting(value: str, quoted: str) -> None:
    assert quote_for_fish(value) == quoted


@settings(deadline=None)
@given(VALUES)
def test_powershell_reads_every_value_from_one_line_of_ascii(value: str) -> None:
    quoted = quote_for_powershell(value)
    assert quoted.isascii()
    assert quoted.isprintable()
    assert read_powershell(quoted) == value


@settings(deadline=None)
@given(VALUES)
def test_fish_reads_every_value(value: str) -> None:
    assert read_fish(quote_for_fish(value)) == value


@settings(deadline=None)
@given(VALUES)
def test_posix_words_are_read_back(value: str) -> None:
    [line] = SHELLS["posix"].lines({}, {"X": value})
    assert shlex.split(line) == ["export", f"X={value}"]


def evaluate_posix(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What `sh` then has as NEW and GONE."""
    path = {"PATH": os.environ["PATH"]}
    lines = SHELLS["posix"].lines({**before, **path}, {**after, **path})
    script = "\n".join([*lines, 'printf "%s|%s" "$NEW" "${GONE-none}"'])
    done = subprocess.run(["sh", "-c", script], env={**before, **path}, capture_output=True, check=True)
    return done.stdout.decode()


def read_powershell(expression: str) -> str:
    """What about_Quoting_Rules says that the sum of literals and [char] casts is worth."""
    units = b""
    for word in re.findall(r"'(?:[^']|'')*'|\[char\]\d+|\S", expression.replace(" + ", "\x01")):
        if word.startswith("'"):
            units += word[1:-1].replace("''", "'").replace("\x01", " + ").encode("utf-16-le")
        elif word.startswith("["):
            units += int(word.removeprefix("[char]")).to_bytes(2, "little")
        else:
            assert word == "\x01", f"{word!r} is no part of a sum in {expression!r}"
    return units.decode("utf-16-le")


def read_fish(word: str) -> str:
    """What fish's manual says that a word in single quotes is."""
    assert re.fullmatch(r"'(?:[^'\\]|\\['\\])*'", word), word
    return re.sub(r"\\(['\\])", r"\1", word[1:-1])
