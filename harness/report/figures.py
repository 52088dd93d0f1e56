"""Charts drawn as SVG that takes the page's own colours and fonts; equal data give equal bytes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.report.context import Bar, BarGroup, Chart
from harness.report.svg import BAR, FONT, HOLLOW, INK, MUTED, RULE, canvas
from harness.units import harmless

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As wide as a phone: letters are of one size there and, three drawings in a row, on a desk.
_WIDTH_IN = 4.4
_ROW_IN = 0.215
_LABEL_SHARE = 0.14
_TEXT_SHARE = 0.76
_TITLE_CHARS = 52  # of a group's title in one line
_GAP_LINES = 0.75  # around the lines of a group's title


def draw(chart: Chart) -> str:
    """Return the SVG element of a chart, ids prefixed with the chart's own."""
    lines = sum(len(g.bars) + len(_heading(g)) + _GAP_LINES for g in chart.groups)
    height = lines * _ROW_IN + 0.55
    with canvas(chart.id, (_WIDTH_IN, height)) as sheet:
        box = (_LABEL_SHARE, 0.45 / height, _TEXT_SHARE - _LABEL_SHARE, 1 - 0.5 / height)
        axes = sheet.figure.add_axes(box)
        _axis(axes, chart, lines)
        _bars(axes, chart, _ticks(axes))
    return sheet.svg()


def _axis(axes: Axes, chart: Chart, lines: float) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    low, high = _limits(chart)
    axes.set_ylim(lines, -0.2)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
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
    axes.tick_params(axis="x", colors=MUTED, length=0, labelsize=FONT - 0.5)
    axes.set_xlabel(chart.axis, color=MUTED, fontsize=FONT - 0.5, loc="left")


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
        axes.vlines(ticks, y, y + len(group.bars), color=RULE, linewidth=0.6, zorder=0)
        if chart.base is not None:
            ends = (y, y + len(group.bars))
            axes.vlines(chart.base, *ends, color=MUTED, linewidth=0.9, zorder=3)
        for bar in group.bars:
            start = chart.base if chart.base is not None else left
            _bar(axes, bar, y + 0.5, start)
            drawn.append((y + 0.5, bar))
            _text(axes, -0.02, y + 0.5, bar.label, side="right")
            _text(axes, 1.025, y + 0.5, bar.text, colour=MUTED if bar.is_base else INK)
            y += 1
        y += _GAP_LINES - 0.2
    _whiskers(axes, drawn)


def _bar(axes: Axes, bar: Bar, y: float, start: float) -> None:
    if not bar.is_base:
        face = HOLLOW if bar.hollow else BAR
        width = bar.value - start
        axes.barh(y, width, left=start, height=0.62, color=face, edgecolor=BAR, linewidth=1)


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
    axes.plot(xs, ys, color=INK, linewidth=1.1, solid_capstyle="butt")


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
        color=colour or (INK if bold else MUTED),
        transform=axes.get_yaxis_transform(),
        ha=side,
        va="center",
        fontsize=FONT,
        fontweight="bold" if bold else "normal",
        zorder=5,
    )
    text.set_parse_math(False)
