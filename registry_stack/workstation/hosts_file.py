"""A stack's own block of lines in a hosts file, as changes of its bytes.

Bytes, because the encoding of a hosts file is not known: whatever is not the block stays as it is, byte for byte.

    # >>> registry-stack <owner>
    192.168.233.3 registry0
    192.168.233.3 registry0.localdomain
    # <<< registry-stack <owner>

A new block goes on top, after a byte order mark: if two lines have the same name, the first one counts. On top it also
does not matter how the file ends. An existing block stays where it is, so that stacks do not overtake each other for
ever, unless a line above it gives one of its names another address.

A name that already has the right address by a line outside the block gets no line in it, and a block without lines is
left out. What users wrote by hand is enough, is theirs, and stays when the stack goes. Lines in other stacks' blocks
don't count, because they go with those stacks.

If an editor removed one of the two markers, the other one and the lines next to it that are this block's are taken for
the block. So a damaged block is repaired, or removed, without touching more.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEGIN = b"# >>> registry-stack "
_END = b"# <<< registry-stack "
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Block:
    """What one stack writes into a hosts file: its owner (a line of text), and lines as "address name", in ASCII."""

    owner: str
    lines: tuple[str, ...]

    @property
    def begin(self) -> bytes:
        """The marker above the lines."""
        return _BEGIN + self.owner.encode()

    @property
    def end(self) -> bytes:
        """The marker below the lines."""
        return _END + self.owner.encode()

    @property
    def entries(self) -> list[bytes]:
        """The lines as they are in the file, without line ends."""
        return [line.encode("ascii") for line in self.lines]


def install(content: bytes, block: Block, line_end: bytes) -> bytes:
    """The file with the block in it. `line_end` is used if the file has no lines to go by."""
    others, place = _taken_out(content, block)
    wanted = _missing(others, block)
    if not wanted:
        return b"".join(others)
    line_end = next((b"\r\n" if line.endswith(b"\r\n") else b"\n" for line in others if line.endswith(b"\n")), line_end)
    lines = [text + line_end for text in (block.begin, *wanted, block.end)]
    installed = [*others[:place], *lines, *others[place:]]
    if _missing(installed, block):
        installed = [*others[: _top(others)], *lines, *others[_top(others) :]]
    return b"".join(installed)


def remove(content: bytes, block: Block) -> bytes:
    """The file without the block: as it was before, but for changes of others since then."""
    return b"".join(_taken_out(content, block)[0])


def missing(content: bytes, block: Block) -> list[str]:
    """Those of the block's lines that the file has neither in the block nor outside of it."""
    return [line.decode() for line in _missing(_lines(content), block)]


def can_append(content: bytes, block: Block) -> bool:
    """Whether the block's lines would count at the end of the file: no line gives one of the names another address."""
    return not _missing([*_lines(content), *block.entries], block)


def _lines(content: bytes) -> list[bytes]:
    mark = [_BYTE_ORDER_MARK] if content.startswith(_BYTE_ORDER_MARK) else []
    return mark + _LINE.findall(content, len(_BYTE_ORDER_MARK) if mark else 0)


def _taken_out(content: bytes, block: Block) -> tuple[list[bytes], int]:
    """The lines that are not the block's, and the index among them where it is, or should be."""
    lines = _lines(content)
    others: list[bytes] = []
    places: list[int] = []
    index = 0
    while index < len(lines):
        text = lines[index].strip()
        index += 1
        if text == block.begin:
            index += _length(lines[index:], block)
        elif text == block.end:
            del others[len(others) - _own(reversed(others), block) :]
        else:
            others.append(lines[index - 1])
            continue
        places.append(len(others))
    return others, min(places, default=_top(others))


def _top(lines: list[bytes]) -> int:
    return 1 if lines[:1] == [_BYTE_ORDER_MARK] else 0


def _length(lines: list[bytes], block: Block) -> int:
    """How many of the lines below a block's first marker belong to it."""
    for index, line in enumerate(lines):
        text = line.strip()
        if text == block.end:
            return index + 1
        if text.startswith((_BEGIN, _END)):
            break
    return _own(lines, block)


def _own(lines: Iterable[bytes], block: Block) -> int:
    """How many lines there are until the first that is not one of the block's."""
    return sum(1 for _ in takewhile(lambda line: line.strip() in block.entries, lines))


def _missing(lines: list[bytes], block: Block) -> list[bytes]:
    addresses = _addresses(lines, block)
    return [entry for entry in block.entries if addresses.get(entry.split()[1]) != entry.split()[0]]


def _addresses(lines: list[bytes], block: Block) -> dict[bytes, bytes]:
    """The address that the file gives to each name, which is the first one, without other stacks' blocks."""
    addresses: dict[bytes, bytes] = {}
    foreign = False
    for line in lines:
        text = line.strip()
        if text.startswith((_BEGIN, _END)):
            foreign = text.startswith(_BEGIN) and text != block.begin
        elif not foreign and (fields := text.partition(b"#")[0].split()):
            for name in fields[1:]:
                addresses.setdefault(name.lower(), fields[0])
    return addresses
