"""Planned == accounted: every item of a session is emitted as Closed once, whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.errors import HarnessError
from harness.records.item import Work
from harness.records.measurement import Measurement, SampleSet, Status
from harness.session.collect import Collector, Payload
from harness.session.events import Advanced, Closed, Event, Peaks
from harness.session.judge import Context, absent, judge

Emit = Callable[[Event], None]


class Account:
    """Emits each work's Closed as early as it is final; `bug` is what went wrong in judging."""

    def __init__(
        self, context: Context, works: Sequence[Work], collector: Collector, emit: Emit
    ) -> None:
        self._context, self._collector, self._emit = context, collector, emit
        self._open = {work.item.item_id: work for work in works}
        self._total = len(works) * context.plan.protocol.repetitions_max
        self._repetitions = 0
        self.bug: Exception | None = None

    def frame(self, payload: Payload) -> None:
        """React to one frame: progress, peaks, a final close."""
        board = self._context.facts.name
        kind = payload.get("kind")
        item = str(payload.get("item", ""))
        if kind == "peak":
            self._emit(Peaks(board=board, ops_per_s=dict(self._collector.peaks)))
        elif kind == "sample" and item in self._open:
            self._repetitions += 1
            self._emit(self._advanced(board, item, payload))
        elif kind == "item_end" and payload.get("final") and item in self._open:
            self._close(item)

    def close_rest(self, error: HarnessError | None) -> None:
        """Account for every item still open; what was proven before `error` keeps its numbers."""
        for item, work in list(self._open.items()):
            frames = self._collector.items.get(item)
            if error is not None and (frames is None or frames.closing is None):
                row = absent(self._context, work.item, Status.INFRA, "infra", error.what)
                self._put(item, row)
            else:
                self._close(item)

    def skip_rest(self, words: str) -> None:
        """Account for items that were never begun because the user stopped the run."""
        for item, work in list(self._open.items()):
            self._put(item, absent(self._context, work.item, Status.SKIPPED, "stopped", words))

    def _close(self, item: str) -> None:
        work = self._open[item]
        try:
            measurement, samples = judge(self._context, work, self._collector)
        except Exception as error:  # noqa: BLE001 - a bug in judging must not lose the item
            self.bug = error
            words = f"could not be judged: {error!r}"
            measurement = absent(self._context, work.item, Status.FAILED, "bug", words)
            samples = []
        self._put(item, measurement, samples)

    def _put(self, item: str, row: Measurement, samples: Sequence[SampleSet] = ()) -> None:
        del self._open[item]
        board = self._context.facts.name
        self._emit(Closed(board=board, measurement=row, samples=tuple(samples)))

    def _advanced(self, board: str, item: str, payload: Payload) -> Advanced:
        return Advanced(
            board=board,
            item=item,
            label=self._open[item].item.label,
            repetition=int(payload.get("rep", 0)) + 1,
            done=self._repetitions,
            total=self._total,
        )
