"""What nothing vouches for: shown, said, and never beside what was proven."""

from __future__ import annotations

from harness.records.item import Item
from harness.records.measurement import Check, Measurement
from harness.report.grid import UNPROVEN
from harness.report.health import trusted
from harness.report.page import build
from harness.report.text import UNCHECKED_HEAD, compare_table, item_line, item_lines, pivot
from harness.store.exports import bencher, gbench, markdown
from tests.helpers import measurements as made

UNCHECKED = Check(kind="unchecked", passed=False)
OURS = made.an_item()
THEIRS = made.an_item(runtime="external:x")
PROGRAM = Item(kind="program", workload="x", scheme="own", shape="", runtime="external:x")
CLOCK = "the program's own clock"


def unproven(item: Item = THEIRS, board: str = "pi5-a", p25_ns: float = 1e3) -> Measurement:
    return made.a_measurement(
        item, board, check=UNCHECKED, latency_ns=made.a_latency(p25_ns), timed_by=CLOCK
    )


def test_it_ranks_among_its_like_only() -> None:
    rows = [
        made.a_measurement(OURS),
        unproven(board="a"),
        unproven(board="b", p25_ns=9e3),
        unproven(PROGRAM),
    ]
    page = build([made.a_run(rows, [OURS, THEIRS, PROGRAM])], "harness report")
    assert [table.title for table in page.results] == [
        "Kernels",
        "Unchecked: Kernels",
        "Unchecked: Programs",
    ]
    proven, apart, _ = page.results
    assert [row.head for row in proven.blocks[0].rows] == ["pi5-a"]
    assert apart.note == UNPROVEN
    assert [row.cells[0].rank for row in apart.blocks[0].rows] == ["1", "2"]
    assert CLOCK in apart.blocks[0].rows[0].sub
    # one proven number alone makes no chart, and no speed-up
    assert page.charts == ()
    assert page.glance is None


def test_it_is_no_number_to_trust() -> None:
    assert trusted([made.a_measurement(OURS), unproven()]) == 1


def test_lines_stand_apart_and_say_why() -> None:
    lines = item_lines([unproven(), made.a_measurement(OURS)])
    assert lines[0].startswith("OK  pi5-a  gemm w1a1")
    assert lines[1] == UNCHECKED_HEAD
    assert "unchecked" in lines[2]
    assert f"clock: {CLOCK}" in lines[2]
    assert item_lines([made.a_measurement(OURS)]) == [item_line(made.a_measurement(OURS))]


def test_tables_never_mix_it_in() -> None:
    table = pivot([made.a_measurement(OURS), unproven()], "board", "scheme", "latency")
    assert [head for head, _ in table.rows] == ["pi5-a", "pi5-a (unchecked)"]
    before, after = made.a_measurement(THEIRS), unproven()
    (row,) = compare_table([before], [after]).rows
    assert row[1][-1] == "one of them is unchecked"
    (row,) = compare_table([after], [after]).rows
    assert row[0].endswith("(unchecked)")
    assert row[1][-1] == "overlap"


def test_histories_of_numbers_leave_it_out() -> None:
    run = made.a_run([made.a_measurement(OURS), unproven()], [OURS, THEIRS])
    assert "external:x" not in bencher.render(run)
    assert "external:x" not in gbench.render(run)
    assert "gemm w1a1 512x512x512, unchecked" in markdown.render(run)
