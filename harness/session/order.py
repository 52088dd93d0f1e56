"""What one board is asked to do: the session as it is planned, and the JOB of each attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.power.energy import minimum_window_s
from harness.power.meters.table import traits_of
from harness.power.selftest import step_s
from harness.records.attempts import Begun
from harness.records.board import BoardFacts
from harness.records.item import Planned, Protocol, Work
from harness.records.scenario import long_run
from harness.session.job import Job, holder
from harness.session.judge import Context
from harness.session.ready import Ready
from harness.session.sensing import Reach

EMULATION_SLOWNESS = 10
COST_PAIRS = 9  # the fewest whose sign test leaves an extreme out at each end
TRIP_ROOM_C = 10.0  # rounds wait only this near to the point where the board slows itself down


@dataclass(frozen=True, kw_only=True)
class Session:
    """A board that is ready, the work for it, and what the plan skips there.

    `is_resumed`: an earlier controller has begun the attempts of `past`, and maybe one more that it
    had no time to write down.
    """

    ready: Ready
    context: Context
    works: Sequence[Work]
    skips: Sequence[Planned] = ()
    isa_mask: str = ""
    wait_s: float = 0.0
    is_resumed: bool = False
    past: Sequence[Begun] = ()
    # the way to a board that a meter of this one hangs on
    reach: Reach | None = None

    def spool(self, attempt: int = 1) -> str:
        """Name of an attempt on the board."""
        return spool_name(self.context.run, self.ready.facts.name, attempt)

    @property
    def begun(self) -> int:
        """Number of the last attempt that is known to have begun."""
        return max((p.attempt for p in self.past), default=0)

    def past_of(self, attempt: int) -> Begun | None:
        """Return what is known of an attempt of an earlier controller."""
        return next((p for p in self.past if p.attempt == attempt), None)


def legs(works: Sequence[Work]) -> list[list[Work]]:
    """Return works by power mode, in the plan's order: a mode is set once, not between items."""
    found: dict[str, list[Work]] = {}
    for work in works:
        found.setdefault(work.item.mode, []).append(work)
    return list(found.values())


def spool_name(run: str, board: str, attempt: int) -> str:
    """Return the name of a spool; two names of one machine must not share one."""
    name = f"{run}.{hashlib.sha256(board.encode()).hexdigest()[:8]}"
    return name if attempt == 1 else f"{name}.{attempt}"


def least_metered_s(facts: BoardFacts) -> float:
    """Return how long windows must be for the meters beside a board, before any is opened."""
    traits = [traits_of(entry) for entry in facts.entry.meters]
    return max((one.minimum_window_s for one in traits), default=0.0)


def protocol_on(protocol: Protocol, facts: BoardFacts, metered_s: float) -> Protocol:
    """Return the protocol with windows as long as the slowest sensor and meter there need them.

    `metered_s` is 0 where no meter is read; idle windows of a meter are no shorter than its others.
    """
    least_s = max(minimum_window_s(facts.sensors), metered_s)
    idle_s = max(protocol.idle_s, least_s if protocol.idle_s else metered_s)
    return replace(protocol, energy_window_s=max(protocol.energy_window_s, least_s), idle_s=idle_s)


def job_of(
    session: Session,
    ready: Ready,
    works: Sequence[Work],
    attempt: int = 1,
    *,
    metered_s: float = 0.0,
) -> Job:
    """Return the JOB of one attempt: `works` on the board as it is now.

    `metered_s`: as in `protocol_on`.
    """
    facts = ready.facts.within(works[0].item.mode)
    protocol = protocol_on(session.context.plan.protocol, facts, metered_s)
    slowness = EMULATION_SLOWNESS if facts.emulated else 1
    # what is declared to take long may: the deadline is a last resort, not a budget
    declared_s = sum(work.timeout_s for work in works)
    windows = protocol.energy_windows * sum(work.item.energy for work in works)
    load_s = step_s(facts.sensors, protocol.idle_s, metered_s)
    declared_s += 2 * int(windows * protocol.energy_window_s + 2 * protocol.idle_s + load_s)
    # before rounds and both idle windows, a board may be let to cool down
    long_s = sum(_long_s(work, protocol) for work in works) + 3 * protocol.cool_cap_s
    return Job(
        run=session.spool(attempt),
        holder=holder(),
        runner_sha256=ready.deployed.sha256,
        lease=ready.deployed.lease,
        seed=session.context.plan.seed,
        protocol=protocol,
        works=works,
        cpu_list=facts.cpu_list,
        deadline_s=int(max(600, 4 * protocol.budget_s) + declared_s) * slowness + int(long_s),
        timeout_s=120 * slowness,
        isa_mask=session.isa_mask,
        root=facts.entry.root,
        watch=facts.watch,
        sensors=facts.sensors,
        meters=metered_s > 0,
        step_s=load_s,
        cost_pairs=0 if facts.emulated else COST_PAIRS,  # emulated time proves nothing
        # of the session's first look: a worker that begins again begins on a warm board
        cool_mc=_millidegrees(session.ready.facts.start_c, protocol.cool_margin_c),
        cool_round_mc=_millidegrees(facts.trips_c.get("temperature"), -TRIP_ROOM_C),
    )


def _millidegrees(degrees: float | None, more: float) -> int:
    """Return a limit of temperature for a JOB; 0 = there is none."""
    return 0 if degrees is None else max(1, round((degrees + more) * 1e3))


def _long_s(work: Work, protocol: Protocol) -> float:
    """Seconds that an item's long run may take: its length, a tenth of it, and the cooling."""
    asked = long_run(work.item.scenario)
    if asked is None:
        return 0.0
    return 1.1 * asked.seconds(protocol.periodic_s) + protocol.cool_cap_s + 60
