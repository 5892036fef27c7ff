"""A stack's block in a hosts file: what comes in, what goes, and that nothing else moves."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry_stack.workstation.hosts_file import Block, install, missing, remove

BLOCK = Block("registry-stack-demo", ("192.168.233.3 registry0", "192.168.233.3 registry0.localdomain"))
MOVED = Block(BLOCK.owner, ("10.0.0.3 registry0", "10.0.0.3 registry0.localdomain"))
OTHER = Block("registry-stack-demo2", ("10.9.9.9 registry0", "192.168.233.3 registry0.localdomain"))

LINES = b"192.168.233.3 registry0\n192.168.233.3 registry0.localdomain\n"
TEXT = BLOCK.begin + b"\n" + LINES + BLOCK.end + b"\n"
CRLF_TEXT = TEXT.replace(b"\n", b"\r\n")
MARK = b"\xef\xbb\xbf"
LOCAL = b"127.0.0.1 localhost\n"

_telling = st.sampled_from(
    [
        *(each for block in (BLOCK, OTHER) for each in (block.begin, block.end, *block.entries)),
        MARK,
        b"\xe9t\xe9 \xff",
        b"# 192.168.233.3 registry0",
        b"192.168.233.3\tREGISTRY0 registry0.localdomain # mine",
        b"",
    ]
)
_pieces = st.one_of(_telling, st.binary(max_size=12))
_ends = st.sampled_from([b"\n", b"\r\n", b"\r", b""])
_contents = st.lists(st.tuples(_pieces, _ends)).map(lambda lines: b"".join(a + b for a, b in lines))
contents = st.one_of(_contents, st.binary())


def has_marker(content: bytes, *blocks: Block) -> bool:
    lines = {line.strip() for line in content.removeprefix(MARK).split(b"\n")}
    return any(marker in lines for block in blocks for marker in (block.begin, block.end))


@given(contents)
def test_what_is_removed_is_what_was_installed(content: bytes) -> None:
    assume(not has_marker(content, BLOCK))
    assert remove(install(content, BLOCK, b"\n"), BLOCK) == content


@given(contents)
def test_of_blocks_that_were_there_before_whole_or_damaged_no_marker_stays(content: bytes) -> None:
    assume(MARK not in content[1:])  # it would become the file's own when a damaged block before it goes
    removed = remove(content, BLOCK)
    assert not has_marker(removed, BLOCK)
    assert remove(install(content, BLOCK, b"\n"), BLOCK) == removed


@given(contents, st.sampled_from([b"\n", b"\r\n"]))
def test_installing_twice_is_installing_once(content: bytes, line_end: bytes) -> None:
    assume(MARK not in content[1:])
    once = install(content, BLOCK, line_end)
    assert install(once, BLOCK, line_end) == once
    assert missing(once, BLOCK) == []


@given(contents)
def test_another_address_replaces_the_lines(content: bytes) -> None:
    assume(not has_marker(content, BLOCK))
    moved = install(install(content, BLOCK, b"\n"), MOVED, b"\n")
    assert missing(moved, MOVED) == []
    assert remove(moved, MOVED) == content


@given(contents)
def test_two_stacks_come_and_go_in_any_order(content: bytes) -> None:
    assume(not has_marker(content, BLOCK, OTHER))
    both = install(install(content, BLOCK, b"\n"), OTHER, b"\n")
    assert install(both, BLOCK, b"\n") == both
    assert remove(remove(both, BLOCK), OTHER) == content
    assert remove(remove(both, OTHER), BLOCK) == content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", TEXT),
        (LOCAL, TEXT + LOCAL),
        (b"127.0.0.1 localhost", TEXT + b"127.0.0.1 localhost"),
        (b"127.0.0.1 localhost\r\n", CRLF_TEXT + b"127.0.0.1 localhost\r\n"),
        (b"\xef\xbb\xbf# caf\xe9\r\n", b"\xef\xbb\xbf" + CRLF_TEXT + b"# caf\xe9\r\n"),
        (LOCAL + LINES, LOCAL + LINES),
        (LOCAL + b"192.168.233.3\tRegistry0\tregistry0.localdomain", None),
        (LOCAL + b"#192.168.233.3 registry0 registry0.localdomain\n", TEXT + LOCAL + b"#" + LINES.split(b"\n")[0]),
        (b"10.0.0.1 registry0 registry0.localdomain\n" + LINES, TEXT + b"10.0.0.1 registry0"),
        (LOCAL + TEXT + b"::1 ip6\n", None),
        (b"10.0.0.1 Registry0\n" + TEXT, TEXT + b"10.0.0.1 Registry0\n"),
    ],
    ids=[
        "empty",
        "on top",
        "no final line end",
        "Windows line ends",
        "byte order mark and latin-1",
        "the user's own lines are enough",
        "one own line with both names, spelt otherwise",
        "a line in a comment is none",
        "an earlier line with another address counts first",
        "a block that is there stays where it is",
        "unless a line above it says otherwise",
    ],
)
def test_installing(content: bytes, expected: bytes | None) -> None:
    installed = install(content, BLOCK, b"\n")
    assert installed.startswith(content if expected is None else expected)


def test_only_the_names_that_nobody_else_gives_are_added() -> None:
    own = b"192.168.233.3 registry0\n"
    expected = BLOCK.begin + b"\n192.168.233.3 registry0.localdomain\n" + BLOCK.end + b"\n" + own
    assert missing(own, BLOCK) == ["192.168.233.3 registry0.localdomain"]
    assert install(own, BLOCK, b"\n") == expected
    assert remove(expected, BLOCK) == own


def test_lines_in_another_stacks_block_do_not_count() -> None:
    twin = Block("another", BLOCK.lines)
    assert install(install(LOCAL, twin, b"\n"), BLOCK, b"\n").count(LINES) == 2


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_file_without_line_ends_gets_the_systems(line_end: bytes) -> None:
    assert install(b"", BLOCK, line_end) == TEXT.replace(b"\n", line_end)


FIRST, SECOND = LINES.splitlines(keepends=True)
USERS = b"192.168.233.7 nas\n"


@pytest.mark.parametrize(
    ("damaged", "rest"),
    [
        (TEXT.replace(BLOCK.end + b"\n", b""), b""),
        (TEXT.replace(BLOCK.begin + b"\n", b""), b""),
        (TEXT.replace(FIRST, b""), b""),
        (TEXT.replace(FIRST, b"10.0.0.1 registry0\n# was 192.168.233.3\n"), b""),
        (TEXT + TEXT, b""),
        (BLOCK.begin + b"\n" + FIRST + USERS + SECOND, USERS + SECOND),
        (BLOCK.begin + b"\n" + OTHER.begin + b"\n" + OTHER.end + b"\n", OTHER.begin + b"\n" + OTHER.end + b"\n"),
        (BLOCK.end + b"\n" + BLOCK.begin + b"\n", b""),
    ],
    ids=[
        "end lost",
        "beginning lost",
        "line lost",
        "altered",
        "twice",
        "end lost, the user's line stays",
        "end lost before another stack's block",
        "markers swapped",
    ],
)
def test_a_damaged_block_is_mended_and_removed(damaged: bytes, rest: bytes) -> None:
    mended = install(LOCAL + damaged + USERS, BLOCK, b"\n")
    assert missing(mended, BLOCK) == []
    assert mended.splitlines().count(BLOCK.begin) == mended.splitlines().count(BLOCK.end) == 1
    assert remove(mended, BLOCK) == remove(LOCAL + damaged + USERS, BLOCK) == LOCAL + rest + USERS
