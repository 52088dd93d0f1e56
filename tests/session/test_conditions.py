"""Rules about the board's state, by what the files of a board read around each repetition."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.board import WatchFile
from harness.records.codec import to_json
from harness.records.measurement import Measurement, Status
from harness.session.judge import judge
from tests.helpers.sessions import Spool, context, facts, gemm, hello, sample, work

S = 10**9
IDLE = {
    "cpu_all": "1 0 1 100 0 0 0 0 0 0",
    "cpu_work": "1 0 1 100 0 0 0 0 0 0",
    "pressure": "avg10=0.00 avg60=0.00 avg300=0.00 total=7",
    "swap_in": 3,
    "swap_out": 4,
    "oom_kill": 29,
    "governor": "performance",
    "throttle_0": 5,
    "temperature": 41_000,
}


def spans(count: int = 3, **after: Any) -> list[dict[str, Any]]:
    """Repetitions of a second each on a quiet board; `after` is how the last of them ended."""
    found = []
    for rep in range(count):
        at = (1 + 2 * rep) * S
        clocks = [at, at, 10**15 + at // 1000, 0]
        then = [at + S, at + S, 10**15 + (at + S) // 1000, 10**6]
        last = after if rep == count - 1 else {}
        found.append(
            sample(
                gemm(),
                rep,
                watch_before=IDLE,
                watch_after={**IDLE, **last.get("watch", {})},
                clocks_before=clocks,
                clocks_after=last.get("clocks", then),
                double_ns=2 * 1_999_200,
                fresh_ns=1_999_200,
                minor_faults=0,
                inv_switches=last.get("inv_switches", 0),
                **({"cpu_ns": [1_960_000] * 20} if after.get("lost") else {}),
            )
        )
    return found


def judged(samples: list[dict[str, Any]], *first: dict[str, Any], **kwargs: Any) -> Measurement:
    board = kwargs.pop("board", facts(trips_c={"temperature": 85.0}))
    the_work, spool = work(kwargs.pop("item", None)), Spool()
    for payload in first:
        spool.add(payload)
    spool.item(the_work.item, *samples)
    made = context(board, the_work)
    return judge(made, the_work, spool.collected())[0]


def reasons(m: Measurement) -> dict[str, str]:
    return {reason.rule: reason.words for reason in m.reasons}


def unknown(m: Measurement) -> dict[str, str]:
    return {one.rule: one.words for one in m.unknown or ()}


def test_a_quiet_board_breaks_nothing_and_leaves_only_the_start_unknown() -> None:
    m = judged(spans())
    assert m.status is Status.OK, m.reasons
    assert m.notes is None
    # no worker's hello and no peaks came with these frames
    assert set(unknown(m)) == {"V02", "V15", "V18"}


@pytest.mark.parametrize(
    ("rule", "words", "watch"),
    [
        ("V09", "throttle_0 rose", {"throttle_0": 6}),
        ("V09", "within 3 C", {"temperature": 82_100}),
        ("V10", "governor changed", {"governor": "ondemand"}),
        ("V11", "steal", {"cpu_work": "1 0 1 100 0 0 0 9 0 0"}),
        ("V11", "pressure", {"pressure": "avg10=9.00 avg60=0.00 avg300=0.00 total=900007"}),
        ("V13", "swapped", {"swap_out": 5}),
        ("V14", "killed", {"oom_kill": 30}),
    ],
)
def test_one_file_breaks_its_rule(rule: str, words: str, watch: dict[str, Any]) -> None:
    m = judged(spans(watch=watch))
    assert words in reasons(m)[rule]
    assert set(reasons(m)) == {rule}
    assert m.status is Status.SUSPECT


@pytest.mark.parametrize(
    "watch",
    [
        {"cpu_work": "1 0 1 100 0 0 0 1 0 0"},  # a tick is how two counts of ticks differ
        {"cpu_all": "1 0 1 100 0 0 0 99 0 0"},  # of another core
        {"pressure": "avg10=0.00 avg60=0.00 avg300=0.00 total=100007"},
        {"temperature": 81_900},
        {"throttle_0": 4},
    ],
)
def test_what_is_below_its_limit_breaks_nothing(watch: dict[str, Any]) -> None:
    assert judged(spans(watch=watch)).status is Status.OK


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("V09", ["throttle_0", "temperature"]),
        ("V10", ["governor"]),
        ("V13", ["swap_in", "swap_out"]),
        ("V14", ["oom_kill"]),
    ],
)
@pytest.mark.parametrize("value", [None, "", "no number", "9" * 99])
def test_a_file_that_says_nothing_is_unknown(rule: str, names: list[str], value: object) -> None:
    changed = [
        {**s, "watch_before": {**IDLE, **dict.fromkeys(names, value)}, "watch_after": {**IDLE}}
        for s in spans()
    ]
    m = judged(changed)
    if rule == "V10" and value is not None:
        assert rule in reasons(m)  # a governor may be called anything
    else:
        assert rule in unknown(m)
        assert rule not in reasons(m)


def test_clocks_that_do_not_agree() -> None:
    at = 5 * S
    drifts = judged(spans(clocks=[at + S, at + S + S // 100, 10**15 + 6 * 10**6, 10**6]))
    assert drifts.status is Status.INVALID
    assert "steered" in reasons(drifts)["V07"]
    jumped = judged(spans(clocks=[at + S, at + S, 10**15 + 66 * 10**6, 10**6]))
    assert jumped.status is Status.OK
    assert jumped.notes is not None
    (note,) = jumped.notes
    assert (note.rule, note.seen) == ("V26", 60.0)


def test_the_own_clock_of_a_program_is_spoilt_by_a_jump() -> None:
    the_work, spool = work(), Spool()
    spool.item(the_work.item, *spans(clocks=[6 * S, 6 * S, 10**15 + 66 * 10**6, 10**6]))
    theirs = replace(the_work, timed_by="trtexec")
    m, _ = judge(context(None, theirs), theirs, spool.collected())
    assert "trtexec" in reasons(m)["V26"]
    assert m.status is Status.INVALID


def test_interruptions_count_by_their_rate() -> None:
    # 40 ms were timed in each repetition
    assert judged(spans(inv_switches=11, lost=True)).status is Status.OK
    assert "interrupted" in reasons(judged(spans(inv_switches=60, lost=True)))["V11"]


def test_waiting_that_cost_the_work_nothing_is_nobodys_fault() -> None:
    waited = {"pressure": "avg10=9.00 avg60=0.00 avg300=0.00 total=200007"}
    assert judged(spans(watch=waited)).status is Status.OK
    assert judged(spans(inv_switches=60)).status is Status.OK
    # two hundredths of its time
    assert "pressure" in reasons(judged(spans(watch=waited, lost=True)))["V11"]


@pytest.mark.parametrize(("ticks", "is_broken"), [(20, False), (40, True)])
def test_company_before_the_start_is_what_others_used(ticks: int, *, is_broken: bool) -> None:
    # 0.1 s of it were our own peak loops
    state = {
        "kind": "state",
        "watch_before": {"cpu_all": "0 0 0 9 0 0 0 0 0 0"},
        "watch_after": {"cpu_all": f"{ticks} 0 0 9 0 0 0 0 0 0"},
        "clocks_before": [S, S, 0, 0],
        "clocks_after": [2 * S, 2 * S, 0, 100_000],
    }
    m = judged(spans(), state)
    assert ("V18" in reasons(m)) is is_broken
    assert "V18" not in unknown(m)
    short = {**state, "clocks_after": [S + 10**6, S + 10**6, 0, 1000]}
    assert "V18" in unknown(judged(spans(), short))


def pinned(top_khz: int, ticks: tuple[int, int]) -> list[dict[str, Any]]:
    watch = {"max_freq": top_khz, f"top_time_{top_khz}": ticks[0]}
    last = {**watch, f"top_time_{top_khz}": ticks[1]}
    return [
        {**s, "watch_before": {**IDLE, **watch}, "watch_after": {**IDLE, **last}} for s in spans()
    ]


def test_the_top_frequency_is_promised_by_the_governor_performance_only() -> None:
    arm = facts(hello=hello(target="aarch64"))
    assert "promises" in reasons(judged(pinned(3_200_000, (0, 100)), board=arm))["V09"]
    assert judged(pinned(3_000_000, (0, 100)), board=arm).status is Status.OK
    assert "time_in_state" in reasons(judged(pinned(3_000_000, (0, 90)), board=arm))["V09"]
    steered = [
        {
            **s,
            "watch_before": {**s["watch_before"], "governor": "ondemand"},
            "watch_after": {**s["watch_after"], "governor": "ondemand"},
        }
        for s in pinned(3_200_000, (0, 50))
    ]
    assert judged(steered, board=arm).status is Status.OK
    # the highest frequency of x86 is a turbo that nobody promises
    assert judged(pinned(3_200_000, (0, 100))).status is Status.OK


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0, 0, ""),
        ("50000", "50000", ""),  # sticky bits of long ago
        ("50000", "50005", "undervoltage, throttled"),
        (0, "e0000", "clock capped, throttled, soft temperature limit"),
        ("50000", None, "unknown"),
        (None, "50005", ""),
    ],
)
def test_the_bits_of_a_raspberry_pi(before: object, after: object, words: str) -> None:
    board = facts(watch={"pi_throttled": WatchFile(path="/x")})
    changed = [
        {
            **s,
            "watch_before": {**IDLE, "pi_throttled": before},
            "watch_after": {**IDLE, "pi_throttled": after},
        }
        for s in spans()
    ]
    found = reasons(judged(changed, board=board))
    assert ("V09" in found) is bool(words)
    assert words in found.get("V09", "")


@pytest.mark.parametrize("name", ["alarm_curr1_crit", "cooling_0"])
def test_an_alarm_that_is_on_is_seen_though_it_does_not_rise(name: str) -> None:
    on = [
        {**s, "watch_before": {**IDLE, name: 1}, "watch_after": {**IDLE, name: 1}} for s in spans()
    ]
    assert f"{name} was 1" in reasons(judged(on))["V09"]


CLOCK = st.integers(0, 1 << 63)
TEXT = st.one_of(st.none(), st.integers(-(10**18), 10**18), st.text(max_size=256))


@given(
    watch=st.dictionaries(st.sampled_from(sorted(IDLE)), TEXT), clocks=st.lists(CLOCK, max_size=4)
)
def test_whatever_a_board_s_files_hold_ends_in_a_verdict(
    watch: dict[str, Any], clocks: list[int]
) -> None:
    changed = [{**s, "watch_before": watch, "clocks_before": clocks} for s in spans()]
    m = judged(changed)
    assert m.status in {Status.OK, Status.SUSPECT, Status.INVALID}
    assert m.inferences_per_s is not None
    json.dumps(to_json(m), allow_nan=False)
