"""SVG that is part of a page: equal data give equal bytes, ids and colours are the page's."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.units import harmless

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Drawn in these, then replaced by the page's variables, so that dark mode and print just work.
INK, MUTED, RULE, BAR, HOLLOW = "#010203", "#020304", "#030405", "#040506", "#050607"
_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    BAR: "--bar",
    HOLLOW: "--paper",
}
FONT = 9.5


@dataclass(frozen=True)
class Sheet:
    """A figure to draw on, and its SVG once it is closed."""

    id: str
    figure: Figure
    parts: list[str] = field(default_factory=list)

    def svg(self) -> str:
        """Return the element, ids prefixed with the sheet's own."""
        return _inline("".join(self.parts), self.id)


@contextmanager
def canvas(name: str, size_in: tuple[float, float]) -> Iterator[Sheet]:
    """Give a sheet of that size; it is drawn when the block ends."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "sans-serif",
        "font.size": FONT,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # the page's font draws the text, so what this one lacks does not matter
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        sheet = Sheet(name, Figure(figsize=size_in))
        FigureCanvasSVG(sheet.figure)
        yield sheet
        out = io.StringIO()
        sheet.figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
        sheet.parts.append(out.getvalue())


def legend_above(axes: Axes, handles: Sequence[Artist], titles: Sequence[str]) -> None:
    """Draw the titles of lines or marks above a plot; whatever they hold is no formula."""
    legend = axes.legend(
        handles,
        [harmless(title) for title in titles],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        frameon=False,
        fontsize=FONT - 0.5,
        labelcolor=MUTED,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _inline(svg: str, name: str) -> str:
    """Make a whole SVG file part of a page: no header, own ids, the page's colours and fonts."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", ">\n<", body)
    # only inside tags: the words between them are foreign and stay as they are
    body = re.sub(r"<[^>]+>", lambda tag: _own(tag.group(), name), body)
    head, rest = body.split(">", 1)
    size = re.search(r'viewBox="([^"]+)"', head)
    box = size.group(1) if size else ""
    return f'<svg viewBox="{box}" role="img" aria-labelledby="{name}-title">{rest.rstrip()}'


def _own(tag: str, prefix: str) -> str:
    tag = re.sub(r'^<g id="[^"]*"', "<g", tag)  # nothing refers to groups
    tag = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', tag)
    tag = re.sub(r'"#([^"]+)"', rf'"#{prefix}-\1"', tag)
    tag = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", tag)
    for colour, variable in _VARIABLES.items():
        tag = tag.replace(colour, f"var({variable})")
    # the text keeps its size and weight, the page says which font
    tag = re.sub(r"font-family: [^;\"]*;? ?", "", tag)
    tag = re.sub(r"font: (?:(bold|\d+) )?([\d.]+)px [^;\"]*", _font, tag)
    return re.sub(r"(\d\.\d\d)\d+", r"\1", tag)


def _font(found: re.Match[str]) -> str:
    weight = f"font-weight: {found.group(1)}; " if found.group(1) else ""
    return f"{weight}font-size: {found.group(2)}px"
