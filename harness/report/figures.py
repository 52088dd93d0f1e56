"""Charts drawn as SVG that takes the page's own colours and fonts; equal data give equal bytes."""

from __future__ import annotations

import io
import math
import re
import textwrap
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.report.context import Bar, BarGroup, Chart
from harness.units import harmless

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Drawn in these, then replaced by the page's variables, so that dark mode and print just work.
_INK, _MUTED, _RULE, _BAR, _HOLLOW = "#010203", "#020304", "#030405", "#040506", "#050607"
_VARIABLES = {
    _INK: "--ink",
    _MUTED: "--muted",
    _RULE: "--rule",
    _BAR: "--bar",
    _HOLLOW: "--paper",
}
# As wide as a phone: letters are of one size there and, three drawings in a row, on a desk.
_WIDTH_IN = 4.4
_ROW_IN = 0.215
_LABEL_SHARE = 0.14
_TEXT_SHARE = 0.76
_FONT = 9.5
_TITLE_CHARS = 52  # of a group's title in one line
_GAP_LINES = 0.75  # around the lines of a group's title


def draw(chart: Chart) -> str:
    """Return the SVG element of a chart, ids prefixed with the chart's own."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": chart.id,
        "font.family": "sans-serif",
        "font.size": _FONT,
    }
    lines = sum(len(g.bars) + len(_heading(g)) + _GAP_LINES for g in chart.groups)
    height = lines * _ROW_IN + 0.55
    with mpl.rc_context(settings), warnings.catch_warnings():
        # the page's font draws the text, so what this one lacks does not matter
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(_WIDTH_IN, height))
        FigureCanvasSVG(figure)
        box = (_LABEL_SHARE, 0.45 / height, _TEXT_SHARE - _LABEL_SHARE, 1 - 0.5 / height)
        axes = figure.add_axes(box)
        _axis(axes, chart, lines)
        _bars(axes, chart, _ticks(axes))
        out = io.StringIO()
        figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    return _inline(out.getvalue(), chart)


def _axis(axes: Axes, chart: Chart, lines: float) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    low, high = _limits(chart)
    axes.set_ylim(lines, -0.2)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_RULE)
    if chart.base is not None or high / low > 30:
        axes.set_xscale("log")
        wide = high / low > 60
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
        low = 0.0
    axes.set_xlim(low, high)
    sign = "\N{MULTIPLICATION SIGN}" if chart.base is not None else ""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{_short(x)}{sign}"))
    axes.tick_params(axis="x", colors=_MUTED, length=0, labelsize=_FONT - 0.5)
    axes.set_xlabel(chart.axis, color=_MUTED, fontsize=_FONT - 0.5, loc="left")


def _short(value: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _limits(chart: Chart) -> tuple[float, float]:
    bars = [b for g in chart.groups for b in g.bars]
    low = min(b.low or b.value for b in bars)
    high = max(b.high or b.value for b in bars)
    if chart.base is None:
        return low / 1.6, high * 1.05
    return min(low, chart.base) / 1.15, max(high, chart.base) * 1.15


def _ticks(axes: Axes) -> list[float]:
    low, high = axes.get_xlim()
    return [float(x) for x in axes.get_xticks() if low <= x <= high]


def _heading(group: BarGroup) -> list[tuple[str, bool]]:
    """Return the lines above the bars, and whether each is bold."""
    title = textwrap.wrap(harmless(group.title), _TITLE_CHARS) or [""]
    note = textwrap.wrap(harmless(group.note), _TITLE_CHARS)
    return [(line, True) for line in title] + [(line, False) for line in note]


def _bars(axes: Axes, chart: Chart, ticks: Sequence[float]) -> None:
    left = axes.get_xlim()[0]
    y = 0.0
    drawn: list[tuple[float, Bar]] = []
    for group in chart.groups:
        for line, bold in _heading(group):
            _text(axes, -_LABEL_SHARE / (_TEXT_SHARE - _LABEL_SHARE), y + 0.55, line, bold=bold)
            y += 1
        y += 0.2
        # lines only where bars are: they never cross a title
        axes.vlines(ticks, y, y + len(group.bars), color=_RULE, linewidth=0.6, zorder=0)
        if chart.base is not None:
            ends = (y, y + len(group.bars))
            axes.vlines(chart.base, *ends, color=_MUTED, linewidth=0.9, zorder=3)
        for bar in group.bars:
            start = chart.base if chart.base is not None else left
            _bar(axes, bar, y + 0.5, start)
            drawn.append((y + 0.5, bar))
            _text(axes, -0.02, y + 0.5, bar.label, side="right")
            _text(axes, 1.025, y + 0.5, bar.text, colour=_MUTED if bar.is_base else _INK)
            y += 1
        y += _GAP_LINES - 0.2
    _whiskers(axes, drawn)


def _bar(axes: Axes, bar: Bar, y: float, start: float) -> None:
    if not bar.is_base:
        face = _HOLLOW if bar.hollow else _BAR
        width = bar.value - start
        axes.barh(y, width, left=start, height=0.62, color=face, edgecolor=_BAR, linewidth=1)


def _whiskers(axes: Axes, bars: Sequence[tuple[float, Bar]]) -> None:
    """Draw all intervals as one path: NaN lifts the pen, and the page stays small."""
    xs: list[float] = []
    ys: list[float] = []
    for y, bar in bars:
        if bar.low is None or bar.high is None:
            continue
        low, high = bar.low, bar.high
        xs += [low, high, math.nan, low, low, math.nan, high, high, math.nan]
        ys += [y, y, math.nan, y - 0.16, y + 0.16, math.nan, y - 0.16, y + 0.16, math.nan]
    axes.plot(xs, ys, color=_INK, linewidth=1.1, solid_capstyle="butt")


def _text(
    axes: Axes,
    x: float,
    y: float,
    words: str,
    *,
    side: str = "left",
    colour: str = "",
    bold: bool = False,
) -> None:
    text = axes.text(
        x,
        y,
        harmless(words),
        color=colour or (_INK if bold else _MUTED),
        transform=axes.get_yaxis_transform(),
        ha=side,
        va="center",
        fontsize=_FONT,
        fontweight="bold" if bold else "normal",
        zorder=5,
    )
    text.set_parse_math(False)


def _inline(svg: str, chart: Chart) -> str:
    """Make a whole SVG file part of a page: no header, own ids, the page's colours and fonts."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", ">\n<", body)
    # only inside tags: the words between them are foreign and stay as they are
    body = re.sub(r"<[^>]+>", lambda tag: _own(tag.group(), chart.id), body)
    head, rest = body.split(">", 1)
    size = re.search(r'viewBox="([^"]+)"', head)
    box = size.group(1) if size else ""
    return f'<svg viewBox="{box}" role="img" aria-labelledby="{chart.id}-title">{rest.rstrip()}'


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
