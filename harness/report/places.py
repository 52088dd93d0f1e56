"""Places of boards among each other by the joules of the same item, within one quantity only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from harness.report.joules import best_of_each, estimate
from harness.report.verdicts import may_rank
from harness.stats.ranking import Estimate, ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.rows import Shown


def places(rows: Sequence[Shown]) -> dict[tuple[str, str, str], str]:
    """Return places among boards by joules: (board, item, quantity) -> `1-2`.

    Only the same item and the same quantity meet; emulated boards and what bars a ranking do not.
    """
    same: dict[tuple[str, str], dict[str, Estimate]] = defaultdict(dict)
    for row in rows:
        if not may_rank(row.m):
            continue
        for name, one in best_of_each(row.joules).items():
            value = estimate(row.m, one)
            if value is not None:
                same[row.m.item, name][row.board] = value
    return {
        (board, item, name): str(rank)
        for (item, name), estimates in same.items()
        if len(estimates) > 1
        for board, rank in ranks(estimates, higher_is_better=False).items()
    }
