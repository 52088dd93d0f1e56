"""Facts of a run: hashes, folding of events, git."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from harness.records.codec import from_json, to_json
from harness.records.trial import LoadStep, SensorTrial
from harness.store.facts import RunFacts, fold, git_state, utc


def facts() -> RunFacts:
    return RunFacts(run="r", suite="s", command="c", started="t")


def test_fold_keeps_peaks_and_missing_sensors() -> None:
    found = fold(facts(), "peaks", {"board": "b", "ops_per_s": {"w1a1": 1.0}})
    data = {"board": "b", "ops_per_s": {"fp32": 2.0}, "read_bytes_per_s": {"L1": 3.0}}
    found = fold(found, "peaks", data)
    found = fold(found, "no_sensor", {"board": "b", "words": "none"})
    assert found.peaks == {"b": {"w1a1": 1.0, "fp32": 2.0}}
    assert found.reads == {"b": {"L1": 3.0}}
    assert found.sensor_absent == {"b": "none"}
    assert fold(found, "note", {"words": "x"}) is found


def test_fold_keeps_the_trial_of_the_sensors() -> None:
    step = LoadStep(source="s", believed=True, words="w", idle_w=3.0, load_w=7.0, limit_w=0.1)
    trial = SensorTrial(load_steps=(step,))
    found = fold(facts(), "sensor_trial", {"board": "b", "trial": to_json(trial)})
    assert found.trials == {"b": trial}
    assert from_json(RunFacts, to_json(found)) == found


def test_facts_survive_json() -> None:
    found = fold(facts(), "peaks", {"board": "b", "ops_per_s": {"w1a1": 1.0}})
    assert from_json(RunFacts, to_json(found)) == found


def test_time_is_utc() -> None:
    assert utc(datetime(2026, 11, 21, 10, 0, tzinfo=UTC)) == "2026-11-21T10:00:00Z"


def test_outside_of_git(tmp_path: Path) -> None:
    assert git_state(tmp_path) == (None, None)
