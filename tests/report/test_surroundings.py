"""Environment and methods."""

from __future__ import annotations

import dataclasses

from harness.records.environment import environment_hash
from harness.report.rows import shown
from harness.report.surroundings import environment, methods
from tests.helpers import measurements as made

ITEM, OTHER = made.an_item(), made.an_item(scheme="w8a8")


def test_two_states_of_a_board_are_two_columns() -> None:
    hot = made.an_environment(governor="powersave")
    rows = [
        made.a_measurement(ITEM),
        made.a_measurement(OTHER, environment=environment_hash(hot)),
    ]
    run = made.a_run(rows, [ITEM, OTHER], [made.an_environment(), hot])
    table = environment(shown([run]))
    assert table is not None
    assert table.columns == ("pi5-a", "pi5-a")
    lines = {row.head: [c.value for c in row.cells] for row in table.blocks[0].rows}
    assert lines["governor"] == ["performance", "powersave"]
    assert lines["runner sha256"] == ["5f5f5f5f5f5f"] * 2


def test_no_environment_no_table() -> None:
    assert environment(shown([made.a_run([made.a_measurement()], [ITEM])])) is None


def test_methods_state_this_runs_own_settings() -> None:
    run = made.a_run([made.a_measurement()], [ITEM])
    plan = dataclasses.replace(run.plan, seed=424242)
    said = " ".join(f.value for f in methods([dataclasses.replace(run, plan=plan)]))
    assert "424242" in said
    assert "{" not in said
