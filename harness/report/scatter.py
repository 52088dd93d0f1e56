"""Accuracy against cost as SVG that takes the page's own colours and fonts (see `svg`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.power.bridged import LABEL
from harness.report.context import Scatter, Series
from harness.report.labels import Box, places
from harness.report.svg import BAR, FONT, HOLLOW, INK, MUTED, RULE, canvas, legend_above
from harness.units import harmless

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH_IN, _HEIGHT_IN = 7.2, 4.2
_LINE_IN = 0.215  # of the legend, above the plot
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def draw_scatter(plot: Scatter) -> str:
    """Return the SVG element of a plot, ids prefixed with the plot's own."""
    height = _HEIGHT_IN + _LINE_IN * len(plot.series)
    with canvas(plot.id, (_WIDTH_IN, height)) as sheet:
        top = 1 - (0.15 + _LINE_IN * len(plot.series)) / height
        axes = sheet.figure.add_axes((0.09, 0.55 / height, 0.88, top - 0.55 / height))
        _axes(axes, plot)
        for number, series in enumerate(plot.series):
            _series(axes, series, _MARKERS[number % len(_MARKERS)])
        _words(axes, plot)
        _legend(axes, plot)
    return sheet.svg()


def _axes(axes: Axes, plot: Scatter) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    costs = [p.cost for s in plot.series for p in s.points]
    axes.set_xlim(min(costs) / 1.3, max(costs) * 1.5)
    share = [100 * p.accuracy for s in plot.series for p in s.points]
    room = max(1.0, 0.15 * (max(share) - min(share)))
    axes.set_ylim(min(share) - room, max(share) + room)
    wide = max(costs) / min(costs) > 30
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    energy = plot.axis.startswith("energy")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _short(x, energy=energy)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}%"))
    axes.grid(visible=True, color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(colors=MUTED, length=0, labelsize=FONT - 0.5)
    axes.set_xlabel(plot.axis, color=MUTED, fontsize=FONT - 0.5, loc="left")


def _short(value: float, *, energy: bool) -> str:
    """`200 us`, `1 ms`, `5 mJ`: the axis counts nanoseconds or joules."""
    scaled, letter = (value, "J") if energy else (value / 1e9, "s")
    for limit, unit in ((1.0, ""), (1e-3, "m"), (1e-6, "u")):
        if scaled >= limit * 0.999:
            return f"{scaled / limit:.3g} {unit}{letter}"
    return f"{scaled / 1e-9:.3g} n{letter}"


def _series(axes: Axes, series: Series, marker: str) -> None:
    costs = [p.cost for p in series.points]
    share = [100 * p.accuracy for p in series.points]
    faces = [HOLLOW if p.hollow else BAR for p in series.points]
    axes.scatter(costs, share, s=42, marker=marker, c=faces, edgecolors=BAR, zorder=3)


def _words(axes: Axes, plot: Scatter) -> None:
    """Name the points, as far as there is room; limits and scales are final."""
    points = [p for series in plot.series for p in series.points]
    figure = axes.get_figure()
    scale = 72 / (figure.dpi if figure is not None else 72)
    on_sheet = [
        tuple(scale * float(v) for v in axes.transData.transform((p.cost, 100 * p.accuracy)))
        for p in points
    ]
    frame = axes.bbox
    room = Box(
        left=scale * frame.x0, bottom=scale * frame.y0, right=scale * frame.x1, top=scale * frame.y1
    )
    words = [harmless(f"{p.label} ({LABEL})" if LABEL in p.note else p.label) for p in points]
    size = FONT - 1.5
    found = places([(x, y) for x, y in on_sheet], words, size=size, room=room)
    for point, text, place in zip(points, words, found, strict=True):
        if place is None:
            continue
        drawn = axes.annotate(
            text,
            (point.cost, 100 * point.accuracy),
            xytext=place,
            textcoords="offset points",
            ha="right" if place[0] < 0 else "left",
            color=INK,
            fontsize=size,
            zorder=4,
        )
        drawn.set_parse_math(False)


def _legend(axes: Axes, plot: Scatter) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker=_MARKERS[i % len(_MARKERS)], color=BAR, label=" ")
        for i in range(len(plot.series))
    ]
    legend_above(axes, handles, [series.title for series in plot.series])
