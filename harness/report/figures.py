"""Charts drawn as SVG that takes the page's own colours and fonts; equal data give equal bytes."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.report.context import Bar, Chart
from harness.report.words import clean

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
_WIDTH_IN = 6.2
_ROW_IN = 0.205
_LABEL_SHARE = 0.13
_TEXT_SHARE = 0.80
_TITLE_LINES = 1.75


def draw(chart: Chart) -> str:
    """Return the SVG element of a chart, ids prefixed with the chart's own."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": chart.id,
        "font.family": "sans-serif",
        "font.size": 8.5,
    }
    lines = sum(len(g.bars) + _TITLE_LINES for g in chart.groups)
    height = lines * _ROW_IN + 0.55
    with mpl.rc_context(settings), warnings.catch_warnings():
        # the page's font draws the text, so what this one lacks does not matter
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(_WIDTH_IN, height))
        FigureCanvasSVG(figure)
        box = (_LABEL_SHARE, 0.45 / height, _TEXT_SHARE - _LABEL_SHARE, 1 - 0.5 / height)
        axes = figure.add_axes(box)
        _axis(axes, chart, lines)
        _bars(axes, chart)
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
    axes.tick_params(axis="x", colors=_MUTED, length=0, labelsize=8)
    axes.xaxis.grid(visible=True, color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(chart.axis, color=_MUTED, fontsize=8, loc="left")


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


def _bars(axes: Axes, chart: Chart) -> None:
    left = axes.get_xlim()[0]
    y = 0.0
    drawn: list[tuple[float, Bar]] = []
    blend = axes.get_yaxis_transform()
    for group in chart.groups:
        _text(axes, -_LABEL_SHARE / (_TEXT_SHARE - _LABEL_SHARE), y + 0.7, group.title, "left")
        y += _TITLE_LINES - 0.4
        for bar in group.bars:
            y += 0.5
            start = chart.base if chart.base is not None else left
            _bar(axes, bar, y, start)
            drawn.append((y, bar))
            _text(axes, -0.015, y, bar.label, "right")
            colour = _MUTED if bar.is_base else _INK
            text = axes.text(
                1.02, y, clean(bar.text), color=colour, transform=blend, va="center", fontsize=8.5
            )
            text.set_parse_math(False)
            y += 0.5
        y += 0.4
    _whiskers(axes, drawn)
    if chart.base is not None:
        axes.axvline(chart.base, color=_MUTED, linewidth=0.9)


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


def _text(axes: Axes, x: float, y: float, words: str, side: str) -> None:
    bold = side == "left"  # group titles; their own background keeps grid lines off the letters
    text = axes.text(
        x,
        y,
        clean(words),
        color=_INK if bold else _MUTED,
        transform=axes.get_yaxis_transform(),
        ha=side,
        va="center",
        fontsize=8.5,
        fontweight="bold" if bold else "normal",
        bbox={"facecolor": _HOLLOW, "edgecolor": "none", "pad": 1.5} if bold else None,
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
