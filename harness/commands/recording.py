"""Events of a run into the store, one by one, and what they add up to as an exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import EXIT_BUG, EXIT_INFRA, EXIT_ITEMS, EXIT_OK, HarnessError, worst
from harness.records.attempts import Begun, current
from harness.records.codec import to_json
from harness.records.measurement import Measurement, Status
from harness.session.events import Began, Closed, Event, Failed, Note, Peaks, Traced, Tried

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.records.item import Plan
    from harness.session.ready import Ready
    from harness.store.writer import RunWriter

CODES = {
    Status.INVALID: EXIT_ITEMS,
    Status.FAILED: EXIT_ITEMS,
    Status.TIMEOUT: EXIT_ITEMS,
    Status.INFRA: EXIT_INFRA,
}


@dataclass
class Recorder:
    """Writes events of a run; keeps its rows and its errors for the end."""

    writer: RunWriter
    fail_on: frozenset[Status]
    attempts: list[Measurement] = field(default_factory=list)
    errors: list[tuple[str, Exception]] = field(default_factory=list)
    unfetched: list[str] = field(default_factory=list)  # boards that may hold finished records

    @property
    def rows(self) -> list[Measurement]:
        """The rows that count, one for each accounted item."""
        return list(current(self.attempts).values())

    def take(self, event: Event) -> None:
        """Store one event; StoreError when the disk refuses."""
        match event:
            case Closed():
                self.writer.append(event.measurement, event.samples)
                self.attempts.append(event.measurement)
            case Traced():
                self.writer.append_traces(event.traces)
            case Began():
                self._begin(event)
            case Failed():
                self._fail(event)
            case Peaks():
                data = {"board": event.board, "ops_per_s": event.ops_per_s}
                self.writer.event("peaks", {**data, "read_bytes_per_s": event.read_bytes_per_s})
            case Tried():
                found = {"board": event.board, "trial": to_json(event.trial)}
                self.writer.event("sensor_trial", found)
            case Note():
                self.writer.event("note", {"board": event.board, "words": event.words})
            case _:
                pass

    def _begin(self, event: Began) -> None:
        begun = Begun(
            board=event.board,
            attempt=event.attempt,
            directory=event.directory,
            runner_sha256=event.runner_sha256,
            environment=self.writer.add_environment(event.environment),
        )
        self.writer.begin(begun)

    def _fail(self, event: Failed) -> None:
        self.errors.append((event.board, event.error))
        if event.has_more:
            self.unfetched.append(event.board)
        self.writer.event("failed", {"board": event.board, "error": str(event.error)})

    def account(self, plan: Plan, ready: Sequence[Ready], stopped: str) -> int:
        """Give a row to planned items that have none; returns how many there were.

        Only a bug or a second Ctrl-C leaves one; planned == accounted holds all the same.
        """
        from harness.session.judge import Context, absent

        known = {(row.board, row.item) for row in self.rows}
        status = Status.SKIPPED if stopped else Status.FAILED
        lost = 0
        for one in ready:
            context = Context(
                run=self.writer.run,
                plan=plan,
                facts=one.facts,
                environment="",
                runner_sha256=one.deployed.sha256,
            )
            for planned in plan.of(one.facts.name):
                if (planned.board, planned.item.item_id) not in known:
                    words = stopped or "lost by a bug of the harness"
                    rule = "stopped" if stopped else "bug"
                    row = absent(context, planned.item, status, rule, words)
                    self.take(Closed(board=planned.board, measurement=row))
                    lost += 1
        return lost

    def exit_code(self, extra: Iterable[int] = ()) -> int:
        """Return the code that says the most about what happened."""
        codes = set(extra) | {_code_of(error) for _, error in self.errors}
        # a board that is leased or unreachable says so itself; its INFRA rows only follow from it
        told = {board for board, _ in self.errors}
        for row in self.rows:
            follows = row.status is Status.INFRA and row.board in told
            if row.status in self.fail_on and not follows:
                codes.add(CODES.get(row.status, EXIT_ITEMS))
        return worst(codes - {EXIT_OK})


def _code_of(error: Exception) -> int:
    return error.exit_code if isinstance(error, HarnessError) else EXIT_BUG
