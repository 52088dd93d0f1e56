"""Planned == accounted: every item of a session gets the row that counts, whatever happened.

An item whose worker was lost gets an INFRA row for that attempt and stays open for the next one;
what it had proven by then is kept, for the case that no attempt brings more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.errors import HarnessError
from harness.records.item import Work
from harness.records.measurement import Measurement, Reason, SampleSet, Status
from harness.records.possible import impossible
from harness.records.rules import is_believed
from harness.records.scenario import long_run
from harness.session.collect import TIMED_KINDS, Collector, Payload
from harness.session.events import Advanced, Closed, Event, Note, Peaks
from harness.session.judge import Context, absent, judge
from harness.session.sanity import words_of

Emit = Callable[[Event], None]
Verdict = tuple[Measurement, Sequence[SampleSet]]


class Account:
    """Emits each work's Closed as early as it is final; `bug` is what went wrong in judging."""

    def __init__(self, context: Context, works: Sequence[Work], emit: Emit) -> None:
        self.context, self._emit = context, emit
        self._open = {work.item.item_id: work for work in works}
        self._partial: dict[str, Verdict] = {}
        self._leg: frozenset[str] = frozenset(self._open)
        self._collector = Collector()
        self._total = _repetitions(works, context)
        self._repetitions = 0
        self.bug: Exception | None = None

    @property
    def open_works(self) -> list[Work]:
        """What is not accounted for yet, in the plan's order."""
        return list(self._open.values())

    def begin(
        self, collector: Collector, context: Context, works: Sequence[Work] | None = None
    ) -> None:
        """Go on with another attempt at `works` (None: at all): frames come from another spool."""
        self._collector, self.context = collector, context
        self._leg = frozenset(w.item.item_id for w in (self.open_works if works is None else works))
        self._repetitions = 0
        self._total = _repetitions([self._open[one] for one in self._leg], context)

    def frame(self, payload: Payload) -> None:
        """React to one frame: progress, peaks, a final close."""
        board = self.context.facts.name
        kind = payload.get("kind")
        item = str(payload.get("item", ""))
        if kind in {"peak", "read"}:
            of = self._collector
            self._emit(
                Peaks(board=board, ops_per_s=dict(of.peaks), read_bytes_per_s=dict(of.reads))
            )
        elif kind == "note":  # of the worker itself, such as what it waits for
            self._emit(Note(board=board, words=words_of(payload, "words")))
        elif kind in TIMED_KINDS and item in self._open:
            self._repetitions += 1
            self._emit(self._advanced(board, item, payload))
        elif kind == "item_end" and payload.get("final") and item in self._open:
            self._put(item, self._judged(item))

    def lost(self, error: HarnessError) -> None:
        """End a lost worker's attempt: what it has proven enough of counts, the rest is open."""
        for item in self._of_leg():
            verdict = self._proven(item)
            if verdict is not None and self._is_final(verdict[0]):
                self._put(item, verdict)
                continue
            if verdict is not None:
                self._partial[item] = verdict
            row = self._absent(item, Status.INFRA, "infra", error.what)
            self._emit_row((row, ()))

    def close_leg(self) -> None:
        """Account for what an attempt that ended well has left open of its own items."""
        for item in self._of_leg():
            self._put(item, self._judged(item))

    def skip(self, works: Sequence[Work], words: str) -> None:
        """Account for items that this board turned out not to be able to measure."""
        for work in works:
            if work.item.item_id in self._open:
                row = self._absent(work.item.item_id, Status.SKIPPED, "skip", words)
                self._put(work.item.item_id, (row, ()))

    def close_rest(self, error: HarnessError | None) -> None:
        """Account for every item still open; what was proven before `error` keeps its numbers."""
        for item in list(self._open):
            if error is None:
                self._put(item, self._judged(item))
                continue
            verdict = self._proven(item) or self._partial.get(item)
            if verdict is None:
                verdict = (self._absent(item, Status.INFRA, "infra", error.what), ())
            elif not self._is_final(verdict[0]):
                verdict = _cut_short(verdict, error)
            self._put(item, verdict)

    def skip_rest(self, words: str) -> None:
        """Account for items that were never begun because the user stopped the run."""
        for item in list(self._open):
            self._put(item, (self._absent(item, Status.SKIPPED, "stopped", words), ()))

    def _of_leg(self) -> list[str]:
        return [item for item in self._open if item in self._leg]

    def _proven(self, item: str) -> Verdict | None:
        frames = self._collector.items.get(item)
        return None if frames is None or frames.closing is None else self._judged(item)

    def _is_final(self, row: Measurement) -> bool:
        """Whether a row of a cut attempt stands: a verdict on the work, or enough repetitions."""
        if not is_believed(row.status):
            return row.status is not Status.INFRA
        done = row.latency_ns.repetitions if row.latency_ns else 0
        if row.sustained or row.periodic:
            return True
        return done >= self.context.plan.protocol.repetitions_min

    def _judged(self, item: str) -> Verdict:
        try:
            row, samples = judge(self.context, self._open[item], self._collector)
        except Exception as error:  # noqa: BLE001 - a bug in judging must not lose the item
            self.bug = error
            return self._absent(item, Status.FAILED, "bug", f"could not be judged: {error!r}"), ()
        wrong = impossible(row)
        if wrong:  # each of its frames could be; what follows from them cannot
            return self._absent(item, Status.INVALID, "V25", wrong), ()
        return row, samples

    def _absent(self, item: str, status: Status, rule: str, words: str) -> Measurement:
        return absent(self.context, self._open[item].item, status, rule, words)

    def _put(self, item: str, verdict: Verdict) -> None:
        del self._open[item]
        self._emit_row(verdict)

    def _emit_row(self, verdict: Verdict) -> None:
        row, samples = verdict
        self._emit(
            Closed(
                board=self.context.facts.name,
                measurement=row,
                samples=tuple(replace(s, attempt=row.attempt) for s in samples),
                is_open=row.item in self._open,
            )
        )

    def _advanced(self, board: str, item: str, payload: Payload) -> Advanced:
        number = payload.get("rep")  # not judged yet: a board may say anything
        return Advanced(
            board=board,
            item=item,
            label=self._open[item].item.label,
            repetition=number + 1 if isinstance(number, int) else 1,
            done=self._repetitions,
            total=self._total,
        )


def _repetitions(works: Sequence[Work], context: Context) -> int:
    """Timed processes at most; a long run is one."""
    most = context.plan.protocol.repetitions_max
    return sum(1 if long_run(w.item.scenario) else most for w in works)


def _cut_short(verdict: Verdict, error: HarnessError) -> Verdict:
    row, samples = verdict
    done = row.latency_ns.repetitions if row.latency_ns else 0
    reason = Reason(rule="partial", words=f"cut short after {done} repetitions: {error.what}")
    return replace(row, status=Status.SUSPECT, reasons=(*row.reasons, reason)), samples
