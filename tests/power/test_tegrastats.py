"""Lines of tegrastats of every era: own samples always, all captured ones where they lie."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power import tegrastats
from harness.power.boards import RULES
from harness.power.rail import MAX_W
from tests.power.fixtures import CORPUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.boards import Rule

CAPTURED = CORPUS / "tegrastats"
# The captures have another word for the whole of a Thor.
SCOPES = {"carrier+module": "board"}
R35 = (
    "01-02-2024 03:04:05 RAM 10/7620MB (lfb 2x4MB) SWAP 1/16384MB (cached 1MB) CPU [7%@1420,off,"
    "2%@729] EMC_FREQ 0%@204 GR3D_FREQ 42%@[305] NVDEC off APE 200 cpu@50.031C tj@50.25C"
    " VDD_IN 4100mW/4200mW VDD_CPU_GPU_CV 510mW/520mW VDD_SOC 1400mW/1300mW"
)


def parse(line: str) -> tegrastats.Stats:
    stats, why = tegrastats.parse(line)
    assert stats is not None, why
    return stats


def test_a_line_of_a_recent_release() -> None:
    stats = parse(R35)
    assert stats.rails_mw == {"VDD_IN": 4100, "VDD_CPU_GPU_CV": 510, "VDD_SOC": 1400}
    assert stats.temperatures_c == {"cpu": 50.031, "tj": 50.25}
    assert stats.cpu == ((7, 1420), None, (2, 729))
    assert stats.gpu_percent == 42
    assert tegrastats.total(stats, "Jetson Orin Nano") == ("VDD_IN", 4100, "module")
    assert tegrastats.total(stats, "a board without a line in the table") is None


def test_the_oldest_form_has_no_watts() -> None:
    stats = parse("RAM 8/3983MB (lfb 4x4MB) cpu [17%,13%]@408 EMC 1%@408 APE 25 GR3D 3%@76")
    assert (stats.rails_mw, stats.cpu, stats.gpu_percent) == ({}, ((17, None), (13, None)), 3)
    assert tegrastats.total(stats, "Jetson TX1") is None


def test_three_numbers_a_negative_one_and_equal_names() -> None:
    stats = parse("RAM 1/2MB CPU [off] GR3D_FREQ @[314,314] NC 0mW/0mW/1mW A -60mW/3mW NC 5/6")
    assert stats.rails_mw == {"NC": 0, "A": -60, "NC#2": 5}
    assert (stats.cpu, stats.gpu_percent) == ((None,), None)


def test_what_was_not_measured_is_told_apart() -> None:
    stats = parse("RAM 1/2MB CV0@-256C PMIC@100C GPU@50C thermal@30.8C")
    assert stats.temperatures_c["CV0"] == -256
    assert stats.measured_c == {"GPU": 50.0, "thermal": 30.8}


@pytest.mark.parametrize(
    ("line", "words"),
    [("", "no `RAM"), ("VDD_IN 4100/4100", "no `RAM"), ("RAM 1/2MB " + "x" * 5000, "longer")],
)
def test_no_line_of_it(line: str, words: str) -> None:
    stats, why = tegrastats.parse(line)
    assert stats is None
    assert words in why


def test_watts_of_no_board_are_left_out_and_so_is_the_total() -> None:
    stats = parse("RAM 1/2MB VDD_IN 999999999mW/1mW VDD_SOC 1mW/1mW CPU [7%@1,junk] GR3D_FREQ 900%")
    assert stats.rails_mw == {"VDD_SOC": 1}
    assert (stats.cpu, stats.gpu_percent) == ((), None)
    assert tegrastats.total(stats, "Jetson Orin Nano") is None


WORDS = st.sampled_from([*R35.split(), "RAM 1/2MB", "-1/2", "off,", "9" * 40, "@", "mW", "²", "%"])


@given(st.text(max_size=300) | st.lists(WORDS).map(" ".join), st.sampled_from(RULES))
def test_any_text_is_a_value_or_words(text: str, rule: Rule) -> None:
    stats, why = tegrastats.parse(text)
    assert (stats is None) == bool(why)
    if stats:
        assert all(abs(milliwatts) <= MAX_W * 1e3 for milliwatts in stats.rails_mw.values())
        tegrastats.total(stats, rule.board)


def boards() -> dict[str, str]:
    with (CORPUS / "SOURCES.tsv").open(encoding="utf-8") as file:
        return {row["file"]: row["board"] for row in csv.DictReader(file, delimiter="\t")}


@pytest.mark.corpus
@pytest.mark.skipif(not CAPTURED.is_dir(), reason="no captured boards beside the checkout")
def test_every_captured_line() -> None:
    expected = json.loads((CAPTURED / "expected.json").read_text(encoding="utf-8"))
    files = sorted(path.name for path in CAPTURED.glob("*.txt"))
    assert sorted(expected) == [f"tegrastats/{name}" for name in files]
    assert len(files) == 14
    for name, wanted in expected.items():
        lines = (CORPUS / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(wanted), name
        for line, want in zip(lines, wanted, strict=True):
            stats = parse(line)
            assert stats.rails_mw == want["rails_mw"], name
            assert stats.temperatures_c == want["temps_c"], name
            assert [None if c is None else list(c) for c in stats.cpu] == want["cpu"], name
            assert stats.gpu_percent == want["gpu_util"], name
            total = want["total"]
            found = tegrastats.total(stats, boards()[name])
            assert found == (total and (*total[:2], SCOPES.get(total[2], total[2]))), name
            rules = [rule for rule in RULES if re.search(rule.match, boards()[name].lower())]
            assert all(known(label, rules) for label in stats.rails_mw), name


def known(label: str, rules: Sequence[Rule]) -> bool:
    """Whether the table says of a rail that it counts, lies inside, beside, or is not connected."""
    patterns = [p for rule in rules for p in (*rule.rails, *rule.inside, *rule.beside)]
    return label in {"NC", "NC#2"} or any(
        re.fullmatch(f"(?:POM_|VDD_)?(?:{pattern})", label) for pattern in patterns
    )
