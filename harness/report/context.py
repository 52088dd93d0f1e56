"""What a page shows, as typed data: every text is final, a template only places it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.report.verdicts import Mark


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: a value with its interval, or the verdict that stands in its place."""

    value: str = ""
    interval: str = ""
    detail: str = ""
    rank: str = ""
    note: str = ""
    mark: Mark | None = None
    hint: str = ""
    meter: float | None = None  # 0..100, drawn as a bar behind the value
    align: str = "number"  # number | text


@dataclass(frozen=True, kw_only=True)
class Row:
    """A head of one or two lines, and cells."""

    head: str
    sub: str = ""
    tag: str = ""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows under a heading of their own inside a table."""

    title: str
    sub: str = ""
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: `corner` heads the first column."""

    title: str
    note: str = ""
    corner: str
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: a value with its interval; `hollow` = SUSPECT."""

    label: str
    value: float
    low: float | None
    high: float | None
    text: str
    hollow: bool = False
    is_base: bool = False


@dataclass(frozen=True, kw_only=True)
class BarGroup:
    """The bars of one board."""

    title: str
    note: str = ""
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A plot of bars; `base` is where bars begin (1 for speed-ups), None = at the axis."""

    id: str
    title: str
    axis: str
    base: float | None
    groups: tuple[BarGroup, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One network at one precision: cost across, accuracy (0..1) up; `note` says why `hollow`."""

    label: str
    cost: float
    cost_text: str
    accuracy: float
    hollow: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The points of one board and setting."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """A plot of accuracy against a cost, smaller to the left."""

    id: str
    title: str
    axis: str
    series: tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class TraceLine:
    """One sustained run: its rate in each step, 1 = that of its first minute."""

    title: str
    step_s: float
    shares: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A plot of rates over time."""

    id: str
    title: str
    lines: tuple[TraceLine, ...]


@dataclass(frozen=True, kw_only=True)
class LayerLine:
    """One layer of a network: what it does, what it took, which kernel did it."""

    name: str
    op: str
    scheme: str
    shape: str
    macs: str
    time: str
    share: str
    ops: str
    kernel: str
    slowest: bool


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The layers of one network on one board; folded away until asked for."""

    title: str
    sub: str
    tag: str
    suspect: bool
    lines: tuple[LayerLine, ...]
    total: str


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many items have a status; printed even when it is none."""

    mark: Mark
    items: int


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what is known; `known` False = looked for and not found."""

    name: str
    value: str
    known: bool = True
    warn: bool = False


@dataclass(frozen=True, kw_only=True)
class BoardCard:
    """One board and its health."""

    name: str
    model: str
    labels: tuple[str, ...]
    summary: str
    counts: tuple[Count, ...]
    facts: tuple[Fact, ...]
    unchecked: tuple[Fact, ...] = ()  # rules that could not be evaluated there; folded away


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A rule that items broke, or no rule (the status says it all); one line for each item."""

    rule: str
    words: str
    mark: Mark
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Skips:
    """One reason for skipping, on one board."""

    board: str
    reason: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Watts:
    """Which boards can be compared in watts, in one line, and the others with what would do."""

    lead: str
    table: Table


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The first lines of the page."""

    title: str
    lead: str
    facts: tuple[Fact, ...]
    counts: tuple[Count, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """The whole report. An empty tuple is a section that says why it is empty, never a hole."""

    heading: Heading
    boards: tuple[BoardCard, ...]
    glance: Table | None
    results: tuple[Table, ...]
    charts: tuple[Chart, ...]
    charts_left_out: int
    networks: Table | None
    layers: tuple[Layers, ...]
    tradeoffs: tuple[Scatter, ...]
    long_runs: tuple[Table, ...]
    traces: Trace | None
    watts: Watts | None
    energy: tuple[Table, ...]
    bridges: tuple[Fact, ...]
    energy_absent: tuple[Fact, ...]
    peaks: Table | None
    emulated: tuple[Table, ...]
    complaints: tuple[Complaint, ...]
    skips: tuple[Skips, ...]
    environment: Table | None
    methods: tuple[Fact, ...]
