"""A load step: sources that feel it are believed, others are not, and what is unknown is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.power.energy import SensorReadings, board_energies
from harness.power.selftest import NOT_TAKEN, judged, step_s, step_windows
from harness.records.board import SensorFile
from harness.records.measurement import Status
from harness.records.trial import LoadStep
from tests.power.fixtures import COUNTER, POWER, noisy, window


def stepped(
    idle_w: float, load_w: float, sensor: SensorFile = POWER, seconds: float = 3.0
) -> SensorReadings:
    """Quiet readings of an idle and a loaded board."""
    return SensorReadings(
        sensor=sensor,
        windows=[window(lambda _: load_w, seconds=seconds, sensor=sensor, begin_ns=10**10)],
        idle_before=window(lambda _: idle_w, seconds=seconds, sensor=sensor),
    )


def only(*sensors: SensorReadings) -> LoadStep:
    (found,) = step_windows(sensors)
    return found


def test_watts_that_follow_the_load_are_believed() -> None:
    found = only(stepped(3.12, 7.92))
    assert found.believed
    assert found.source == "p"
    assert found.idle_w == pytest.approx(3.12)
    assert found.load_w == pytest.approx(7.92)
    assert found.words.startswith("the watts follow the load: 3.12 W idle, 7.92 W under load, 3u")


@pytest.mark.parametrize("quantum_w", [0.0, 0.04])
def test_a_constant_is_not_believed(quantum_w: float) -> None:
    found = only(stepped(5.0, 5.0, replace(POWER, quantum_w=quantum_w)))
    assert found.believed is False
    assert found.words.startswith(
        "the watts did not move under load: 5 W idle, 5 W under load, 3u ="
    )


def test_a_counter_is_tried_alike() -> None:
    assert only(stepped(10.0, 30.0, COUNTER)).believed
    assert only(stepped(10.0, 10.0, COUNTER)).believed is False


def test_watts_that_fall_under_load_are_not_believed() -> None:
    found = only(stepped(7.0, 3.0))
    assert found.believed is False
    assert "moved down under load" in found.words


def test_noise_is_no_load() -> None:
    """Of sensors that feel nothing only few pass, and of those that feel it nearly all."""
    rng = np.random.default_rng(6)
    trials, passed, missed = 100, 0, 0
    for _ in range(trials):
        before, load, after = (window(noisy(5.0, rng), seconds=5) for _ in range(3))
        load = replace(load, begin_ns=load.begin_ns, inferences=0)
        blind = SensorReadings(sensor=POWER, windows=[load], idle_before=before, idle_after=after)
        passed += only(blind).believed is True
        felt = replace(blind, windows=[window(noisy(6.5, rng), seconds=5)])
        missed += only(felt).believed is not True
    assert passed <= 0.05 * trials
    assert missed <= 0.02 * trials


def test_a_step_that_was_not_taken_or_cannot_be_read_says_nothing() -> None:
    whole = stepped(3.0, 7.0)
    (absent,) = step_windows([replace(whole, windows=())])
    assert (absent.believed, absent.words, absent.idle_w) == (None, NOT_TAKEN, None)
    assert only(replace(whole, idle_before=None)).believed is None
    gone = replace(whole.windows[0], t_ns=(), raw=())
    found = only(replace(whole, windows=[gone]))
    assert found.believed is None
    assert "cannot be read: no reading came" in found.words
    few = replace(whole, windows=[window(lambda _: 7.0, seconds=0.5)])
    assert "too few readings" in only(few).words


RAIL = replace(POWER, total="sum", total_scope="module", scope="rails")
RAILS = [replace(RAIL, id=name) for name in "abc"]


def test_rails_of_a_total_are_tried_together() -> None:
    loads = [(1.0, 3.0), (2.0, 2.0), (0.5, 0.48)]
    readings = [stepped(*w, rail) for w, rail in zip(loads, RAILS, strict=True)]
    found = {step.source: step for step in step_windows(readings)}
    assert list(found) == ["sum", "a", "b", "c"]
    assert found["sum"].believed
    assert found["sum"].idle_w == pytest.approx(3.5, abs=0.05)
    assert found["a"].believed
    # a rail that feeds a GPU need not feel the cores; that the chip is read is shown by another
    assert found["b"].believed is None
    assert "may not feed the cores" in found["b"].words


def test_rails_that_none_of_them_moves_are_not_believed() -> None:
    found = step_windows([stepped(5.0, 5.0, rail) for rail in RAILS])
    assert [s.believed for s in found] == [False] * 4


def test_a_total_with_a_rail_missing_has_no_finding() -> None:
    whole = [stepped(1.0, 3.0, rail) for rail in RAILS]
    found = step_windows([replace(whole[0], windows=()), *whole[1:]])
    assert [(s.source, s.believed) for s in found][:2] == [("sum", None), ("a", None)]


def test_an_accelerator_feels_nothing_of_the_cores() -> None:
    found = only(stepped(1.0, 1.0, replace(POWER, scope="accelerator")))
    assert found.believed is None
    assert "not the cores" in found.words


def test_energies_of_a_failed_source_are_invalid_with_words_seen_and_limit() -> None:
    work = replace(stepped(5.0, 5.0), windows=[window(lambda _: 5.0, seconds=12)])
    (energy,) = board_energies([work])
    assert energy.status is Status.OK
    (bad,) = judged([energy], step_windows([stepped(5.0, 5.0)]))
    assert bad.status is Status.INVALID
    reason = bad.reasons[-1]
    assert reason.rule == "V21"
    assert reason.seen == pytest.approx(0.0)
    assert reason.limit is not None
    assert "did not move under load" in reason.words
    assert bad.energy_j == energy.energy_j
    assert (bad.energy_net_j, bad.energy_net_upper_j, bad.inferences_per_joule_net) == (None,) * 3


def test_energies_of_a_source_that_was_believed_stay_as_they_are() -> None:
    work = replace(stepped(3.0, 7.0), windows=[window(lambda _: 7.0, seconds=12)])
    energies = board_energies([work])
    assert judged(energies, step_windows([stepped(3.0, 7.0)])) == energies


def test_energies_without_a_step_are_labelled_not_spoiled() -> None:
    work = replace(stepped(3.0, 7.0), windows=[window(lambda _: 7.0, seconds=12)])
    (energy,) = board_energies([work])
    (labelled,) = judged([energy], ())
    assert labelled.status is Status.OK
    assert labelled.energy_net_j == energy.energy_net_j
    assert [(r.rule, r.words) for r in labelled.reasons] == [("self-test", NOT_TAKEN)]


def test_the_step_is_as_long_as_its_slowest_sensor_needs() -> None:
    assert step_s([POWER], 3.0) == 3.0
    assert step_s([POWER], 30.0) == 5.0
    assert step_s([POWER, replace(POWER, period_ms=5000)], 3.0) >= 50.0
    assert step_s([POWER], 0.0) == step_s([], 3.0) == 0.0
