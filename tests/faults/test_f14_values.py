"""F14: a runner that knows the protocol and sends values that cannot be."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.faults import fake_runner
from tests.faults.ledger import witness

if TYPE_CHECKING:
    from tests.faults.fake_runner import Lie, Told


def said(key: str, raw: str, kind: str = "sample") -> list[Lie]:
    """Say `raw` JSON for one key of every frame of a kind."""
    return [{"kind": kind, "set": {key: raw}}]


def left_out(key: str, kind: str = "sample") -> list[Lie]:
    """Leave a key out of every frame of a kind."""
    return [{"kind": kind, "drop": [key]}]


HUGE = "1" + "0" * 400
DEEP = "[" * 10_000 + "]" * 10_000  # twice: a line of 64 KiB holds no 10^5
ESCAPES = '"\\u001b[2J\\u202e<script>alert(1)</script>"'

# no JSON that readers agree on: nothing of that stream is believed
NOT_A_RECORD = {
    "nan": said("wall_ns", "[NaN,NaN,NaN]"),
    "infinity": said("clock_hz", "Infinity"),
    "minus-infinity": said("clock_hz", "-Infinity"),
    "e999": said("clock_hz", "1e999"),
    "ten-to-400": said("iterations", HUGE),
    "huge-float": said("clock_hz", HUGE + ".0"),
    "deep": said("watch_before", DEEP),
    "deep-and-open": said("watch_before", "[" * 20_000),
    "twice": [{"kind": "sample", "add": '"wall_ns":[1,1,1]'}],
    "open-quotes": said("check_detail", '"' + '\\"' * 30_000),
    "word-as-kind": [{"kind": "sample", "set": {"kind": "7"}}],
    "surrogate": said("variant", '"\ud800"'.encode("utf-8", "replace").decode() + "\x00"),
}
# records whose values cannot be: V25
NOT_A_VALUE = {
    "words-as-rep": said("rep", '"x"'),
    "list-as-rep": said("rep", "[1]"),
    "negative-count": said("iterations", "-1"),
    "no-iterations": said("iterations", "0"),
    "words-as-count": said("iterations", '"many"'),
    "true-as-count": said("iterations", "true"),
    "huge-count": said("iterations", str(1 << 63)),
    "half-a-count": said("iterations", "0.5"),
    "null-count": said("iterations", "null"),
    "words-as-times": said("wall_ns", '["1","2","3"]'),
    "a-word-as-times": said("wall_ns", '"123"'),
    "number-as-times": said("wall_ns", "5"),
    "object-as-times": said("wall_ns", '{"0":1}'),
    "floats-as-times": said("wall_ns", "[1.5,2.5,3.5]"),
    "nested-times": said("wall_ns", "[[1],[2],[3]]"),
    "mixed-times": said("wall_ns", "[1000000,true,null]"),
    "eternal": said("wall_ns", f"[{10**18},{10**18},{10**18}]"),
    "two-thousand": said("wall_ns", "[" + ",".join(["1000000"] * 2000) + "]"),
    "unpaired": said("cpu_ns", "[1000000]"),
    "negative-cpu": said("cpu_ns", "[-1,-1,-1]"),
    "tera-hertz": said("clock_hz", "1e13"),
    "negative-hertz": said("clock_hz", "-1"),
    "words-as-hertz": said("clock_hz", '"3 GHz"'),
    "words-as-faults": said("major_faults", '"none"'),
    "object-as-bytes": said("peak_rss_bytes", "{}"),
    "exabytes": said("weights_bytes", str(1 << 62)),
    "words-as-load": said("load_ns", '"soon"'),
    "mask": said("cpu_mask", '"0xzz"'),
    "mask-of-numbers": said("cpu_mask", "3"),
    "variant": said("variant", ESCAPES),
    "long-variant": said("variant", '"' + "a" * 5000 + '"'),
    "boot": said("boot_id", "[1]"),
    "yes": said("check_after", '"yes"'),
    "one": said("check_before", "1"),
    "steady": said("steady", '"very"'),
    "watch-list": said("watch_before", "[]"),
    "watch-null": said("watch_after", "null"),
    "watch-nested": said("watch_after", '{"governor":{"a":[1]}}'),
    "clock-name": said("cpu_clock", '"sundial"'),
    "without-times": left_out("wall_ns"),
    "without-checks": left_out("check_after"),
    "without-mask": left_out("cpu_mask"),
    "more-samples": [
        {"kind": "sample", "set": {"wall_ns": f"[{','.join(['1000000'] * 9)}]"}},
        {"kind": "sample", "set": {"cpu_ns": f"[{','.join(['1000000'] * 9)}]"}},
    ],
}
# times that are none: V22
NOT_A_TIME = {
    "zero": said("wall_ns", "[0,0,0]"),
    "negative": said("wall_ns", "[-5,-5,-5]"),
    "one-zero": said("wall_ns", "[2000000,0,2000000]"),
}
# closes that close nothing
NOT_A_CLOSE = {
    "another-item": said("item", '"0123456789abcdef01234567"', "item_end"),
    "item-as-list": said("item", "[1]", "item_end"),
    "samples-of-another": said("item", '"nobody"'),
    "without-item": left_out("item", "item_end"),
    "count": said("count", "7", "item_end"),
    "true-as-one": said("count", "true", "item_end"),
    "digest": [{"kind": "item_end", "add": '"sha256":"00"', "drop": ["sha256"]}],
    "status": said("status", '"splendid"', "item_end"),
    "status-as-list": said("status", "[]", "item_end"),
    "stop": said("stop", ESCAPES, "item_end"),
    "boot-at-the-end": said("boot_id_end", "{}", "item_end"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One run: a board for every lie, and one that says what is so."""
    lies = {"honest": [], **NOT_A_RECORD, **NOT_A_VALUE, **NOT_A_TIME, **NOT_A_CLOSE}
    return fake_runner.run(tmp_path_factory.mktemp("lies"), lies)


def test_an_honest_board_beside_liars_is_believed(told: Told) -> None:
    assert told.rows["honest"]["status"] in {"OK", "SUSPECT"}
    assert told.rows["honest"]["inferences_per_s"] > 0
    assert told.ended.code == 4  # INVALID comes before INFRA


@pytest.mark.parametrize("name", NOT_A_RECORD)
def test_what_is_no_record_ends_the_stream(told: Told, name: str) -> None:
    assert told.rows[name]["status"] == "INFRA"
    assert re.search(r"frame \d+ (is not a record|is longer)", told.words(name)), told.words(name)
    fake_runner.assert_no_number(told.rows[name])


@pytest.mark.parametrize("name", NOT_A_VALUE)
def test_a_value_that_cannot_be_is_invalid(told: Told, name: str) -> None:
    assert told.rows[name]["status"] == "INVALID", told.words(name)
    assert "V25" in told.codes(name)
    if name != "more-samples":  # each of those could be; only their number is wrong
        fake_runner.assert_no_number(told.rows[name])


@pytest.mark.parametrize("name", NOT_A_TIME)
def test_a_time_that_is_none_is_invalid(told: Told, name: str) -> None:
    assert told.rows[name]["status"] == "INVALID"
    assert "V22" in told.codes(name)
    fake_runner.assert_no_number(told.rows[name])


@pytest.mark.parametrize("name", NOT_A_CLOSE)
def test_a_close_that_closes_nothing_proves_nothing(told: Told, name: str) -> None:
    assert told.rows[name]["status"] == "INFRA"
    assert told.words(name)
    fake_runner.assert_no_number(told.rows[name])


def test_the_report_renders_with_every_row_and_no_foreign_mark_up(told: Told) -> None:
    HTMLParser().feed(told.report)
    for name in told.rows:
        assert name in told.report
    assert "<script>alert" not in told.report
    assert "\x1b" not in told.ended.out + told.ended.err
    for name, row in told.rows.items():
        assert row["status"] in {"OK", "SUSPECT"} or f"{row['status']}  {name}" in told.ended.out
    lies = len(told.rows) - 1
    witness(
        "F14",
        on="this machine, a runner that lies",
        saw=f"{lies} lies: {len(NOT_A_VALUE) + len(NOT_A_TIME)} INVALID, the others INFRA; no"
        " number of any in the report, no traceback; the honest board beside them is OK",
    )
