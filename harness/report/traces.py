"""Rates over time as SVG that takes the page's own colours and fonts (see `svg`)."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from harness.report.svg import BAR, FONT, MUTED, RULE, canvas, legend_above

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from harness.report.context import Trace

_WIDTH_IN, _HEIGHT_IN = 7.2, 2.6
_LINE_IN = 0.215  # of the legend, above the plot
_DASHES = ("-", "--", ":", "-.")


def draw_trace(plot: Trace) -> str:
    """Return the SVG element of a plot, ids prefixed with the plot's own."""
    height = _HEIGHT_IN + _LINE_IN * len(plot.lines)
    with canvas(plot.id, (_WIDTH_IN, height)) as sheet:
        top = 1 - (0.15 + _LINE_IN * len(plot.lines)) / height
        axes = sheet.figure.add_axes((0.09, 0.5 / height, 0.88, top - 0.5 / height))
        for line, dashes in zip(plot.lines, cycle(_DASHES), strict=False):
            seconds = [i * line.step_s for i in range(len(line.shares))]
            percents = [100 * share for share in line.shares]
            axes.plot(seconds, percents, color=BAR, linestyle=dashes, linewidth=1.2)
        _axes(axes)
        legend_above(axes, axes.get_lines(), [line.title for line in plot.lines])
    return sheet.svg()


def _axes(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}%"))
    axes.grid(visible=True, color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(colors=MUTED, length=0, labelsize=FONT - 0.5)
    axes.set_xlabel("seconds", color=MUTED, fontsize=FONT - 0.5, loc="left")
