"""Quantities and places in words."""

from __future__ import annotations

import pytest

from harness.records.measurement import Accuracy, Cores
from harness.report import words
from harness.stats.ranking import Estimate
from tests.helpers import measurements as made


@pytest.mark.parametrize(
    ("share", "text"), [(0.004, "0.4%"), (0.0004, "0.04%"), (0.04, "4%"), (0.123, "12%"), (0, "0%")]
)
def test_percent_short(share: float, text: str) -> None:
    assert words.percent_short(share) == text


@pytest.mark.parametrize(
    ("cluster", "text"), [("1", "1 core"), ("4", "4 cores"), ("1@big", "1@big"), ("all", "1@all")]
)
def test_cores(cluster: str, text: str) -> None:
    assert words.cores(made.a_measurement(cores=Cores(cluster=cluster))) == text


def test_accuracy() -> None:
    def said(metric: str, value: float) -> str:
        return words.accuracy(Accuracy(metric=metric, value=value, n=8))

    assert said("top1_agreement", 0.94) == "top-1 94% of fp32"
    assert said("cosine", 0.99871) == "cosine 0.9987"
    assert said("map", 0.5) == "map 50%"


def test_energy_and_ops() -> None:
    assert words.energy(made.an_energy(2.1e-3)) == "2.1 mJ (rails +-4%)"
    assert words.ops(1.2e12) == "1.20 Top/s"
    assert words.spread(Estimate(value=1.0)) == ""


def test_brief_cuts_between_words() -> None:
    assert words.brief("no route to host", 16) == "no route to host"
    assert words.brief("no route to host", 15) == "no route to\N{HORIZONTAL ELLIPSIS}"
    assert words.brief("a" * 20, 5) == "aaaa\N{HORIZONTAL ELLIPSIS}"
