"""How long a plan will take on each board, roughly: shown before the start, never a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.records.scenario import long_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.item import Item, Plan, Protocol

# Typical wall time of one inference and of one start, in seconds; a guess that errs upwards.
_KERNEL_S = 0.004
_NETWORK_S = 0.03
_START_S = {"native": 0.05}
_START_OTHER_S = 0.8
_PEAKS_S = 2.0
_GUARD_S = 1.0
_TRIAL_S = 10.0  # of the sensors beside the load step: cost of sampling, cooling


def estimate(plan: Plan, protocols: Mapping[str, Protocol] | None = None) -> dict[str, float]:
    """Return seconds per board: rounds within the budget (the first one always) plus energy.

    `protocols` holds that of a board where it is not the plan's own (longer windows for a meter).
    """
    boards = dict.fromkeys(p.board for p in plan.items)
    given = protocols or {}
    return {board: _board_s(plan, board, given.get(board, plan.protocol)) for board in boards}


def _board_s(plan: Plan, board: str, protocol: Protocol) -> float:
    planned = [p.item for p in plan.of(board) if not p.skip]
    if not planned:
        return 0.0
    long_s = sum(_long_s(item, protocol) for item in planned)
    items = [item for item in planned if long_run(item.scenario) is None]
    modes = dict.fromkeys(item.mode for item in planned)
    rounds = sum(_rounds_s([i for i in items if i.mode == mode], protocol) for mode in modes)
    windows = sum(protocol.energy_windows for item in items if item.energy)
    energy = windows * (protocol.energy_window_s + _GUARD_S)
    joules = any(item.energy for item in planned)
    # the load step is no longer than an idle window
    each = _PEAKS_S + (3 * protocol.idle_s + _TRIAL_S if joules else 0.0)
    return rounds + energy + long_s + len(modes) * each


def _rounds_s(items: list[Item], protocol: Protocol) -> float:
    """Each power mode is a job of its own, with the whole budget."""
    one_round = sum(_repetition_s(item, protocol) for item in items)
    return min(protocol.repetitions_max * one_round, max(one_round, protocol.budget_s))


def _long_s(item: Item, protocol: Protocol) -> float:
    """Seconds of a long run, and of the wait for a cool board before it: half of the cap."""
    asked = long_run(item.scenario)
    if asked is None:
        return 0.0
    start = _START_S["native"] + protocol.warmup_ms / 1e3 + _GUARD_S
    return start + asked.seconds(protocol.periodic_s) + protocol.cool_cap_s / 2


def _repetition_s(item: Item, protocol: Protocol) -> float:
    inference = (_KERNEL_S if item.kind == "kernel" else _NETWORK_S) * item.batch
    samples = protocol.samples * max(protocol.sample_min_ms / 1e3, inference)
    warmup = max(protocol.warmup_ms / 1e3, inference)
    return _START_S.get(item.runtime, _START_OTHER_S) + warmup + samples
