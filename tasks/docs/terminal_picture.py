"""A terminal as an SVG: its last screen, and before that, in viewers that can, how the lines came.

It has no script, and asks for no font or picture from elsewhere, so it shows wherever an image may be shown.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from rich.color import Color, ColorType
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_SIZE, _CELL, _LINE, _MARGIN, _TITLE = 13, 7.8, 19, 16, 34
_BACKGROUND, _TEXT, _FADED, _BAR = "#10151c", "#d3dae3", "#8b96a5", "#1b222c"
_BUTTONS = ("#ff5f57", "#febc2e", "#28c840")
_COLOURS = [
    *[(72, 82, 96), (255, 123, 114), (86, 211, 100), (227, 179, 65)],
    *[(121, 192, 255), (210, 168, 255), (86, 212, 221), (211, 218, 227)],
]
_THEME = TerminalTheme((16, 21, 28), (211, 218, 227), _COLOURS, _COLOURS)


@dataclass(frozen=True)
class Line:
    """A line with its colours as a terminal gets them, and when it came, in seconds since the start."""

    seconds: float
    text: str


def terminal_picture(title: str, lines: Sequence[Line], columns: int, rows: int) -> str:
    """The SVG of a terminal with a title. Lines that are too long go on in the next row."""
    parts = [(line.seconds, part) for line in lines for part in _wrapped(line.text, columns)]
    times = [seconds for seconds, _ in parts]
    width, height = round(columns * _CELL + 2 * _MARGIN), rows * _LINE + _TITLE + 2 * _MARGIN
    buttons = "".join(
        f'<circle cx="{_MARGIN + 6 + 20 * place}" cy="{_TITLE // 2}" r="6" fill="{colour}"/>'
        for place, colour in enumerate(_BUTTONS)
    )
    content = "\n".join(_row(part, (index + 1) * _LINE - 5) for index, (_, part) in enumerate(parts) if part.plain)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>{escape(title)}</title>
<style>
text {{ font: {_SIZE}px {_FONT}; fill: {_TEXT}; white-space: pre }}
.title {{ fill: {_FADED}; text-anchor: middle }}
.bold {{ font-weight: bold }}
@media (prefers-reduced-motion: no-preference) {{
.lines {{ animation: scroll {times[-1]:.1f}s step-end }}
@keyframes scroll {{ {_keyframes(times, lambda count: min(rows - count, 0))} }}
.cover {{ animation: come {times[-1]:.1f}s step-end }}
@keyframes come {{ {_keyframes(times, lambda count: count - len(parts))} }}
}}
</style>
<clipPath id="screen"><rect width="{width}" height="{rows * _LINE}"/></clipPath>
<rect width="{width}" height="{height}" rx="10" fill="{_BACKGROUND}"/>
<path d="M0 {_TITLE} V10 a10 10 0 0 1 10 -10 H{width - 10} a10 10 0 0 1 10 10 V{_TITLE} Z" fill="{_BAR}"/>
{buttons}
<text class="title" x="{width // 2}" y="{_TITLE // 2 + 5}">{escape(title)}</text>
<g transform="translate({_MARGIN} {_TITLE + _MARGIN})"><g clip-path="url(#screen)">
<g class="lines" transform="translate(0 {min(rows - len(parts), 0) * _LINE})">
{content}
<rect class="cover" y="{len(parts) * _LINE}" width="{width}" height="{height}" fill="{_BACKGROUND}"/>
</g></g></g>
</svg>
"""


def _wrapped(text: str, columns: int) -> Sequence[Text]:
    whole = Text.from_ansi(text)
    return list(whole.divide(range(columns, len(whole), columns)))


def _row(text: Text, y: int) -> str:
    """Each piece has its place and length: a viewer's font may be wider or narrower than this program knows."""
    return f'<text y="{y}" xml:space="preserve">{"".join(_pieces(text))}</text>'


def _pieces(text: Text) -> Iterator[str]:
    borders = sorted({0, len(text), *(place for span in text.spans for place in (span.start, span.end))})
    for start, end in pairwise(borders):
        piece = text.plain[start:end]
        shown = piece.strip()
        if not shown:
            continue
        x = (start + len(piece) - len(piece.lstrip())) * _CELL
        styles = (span.style for span in text.spans if isinstance(span.style, Style) and span.start <= start < span.end)
        style = sum(styles, start=Style.null())
        yield (f'<tspan x="{x:.1f}" textLength="{len(shown) * _CELL:.1f}"{_attributes(style)}>{escape(shown)}</tspan>')


def _attributes(style: Style) -> str:
    colour = "" if style.color is None else f' fill="{_hexadecimal(style.color)}"'
    return colour + (' class="bold"' if style.bold else "")


def _hexadecimal(colour: Color) -> str:
    # the first 16 of the 256 colours are those of the theme, whatever their usual values
    if colour.type is ColorType.EIGHT_BIT and colour.number is not None and colour.number < len(_COLOURS) * 2:
        return _THEME.ansi_colors[colour.number].hex
    return colour.get_truecolor(_THEME).hex


def _keyframes(times: Sequence[float], moved: Callable[[int], int]) -> str:
    """`moved` tells by how many rows something is moved once that many lines have come."""
    last = {round(seconds, 1): index + 1 for index, seconds in enumerate(times)}
    return " ".join(
        f"{100 * seconds / times[-1]:.2f}% {{ transform: translateY({moved(count) * _LINE}px) }}"
        for seconds, count in last.items()
    )
