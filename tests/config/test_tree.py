"""`path:value` lines with colons in folders and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.tree import number, parse_tree


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ("/sys/a/name:ina3221", "/sys/a/name", "ina3221"),
        (
            "/sys/class/powercap/intel-rapl:0:0/energy_uj:12",
            "/sys/class/powercap/intel-rapl:0:0/energy_uj",
            "12",
        ),
        ("/sys/x/iio:device0/in_power0_input: 7 ", "/sys/x/iio:device0/in_power0_input", "7"),
        ("/sys/x/in3_input:!EIO", "/sys/x/in3_input", "!EIO"),
        ("/sys/x/uevent:OF=/bus@0/i2c N=a:b", "/sys/x/uevent", "OF=/bus@0/i2c N=a:b"),
        ("/sys/x/empty:", "/sys/x/empty", ""),
    ],
)
def test_lines(line: str, path: str, value: str) -> None:
    assert parse_tree(line) == {path: value}


@pytest.mark.parametrize("line", ["", "noise", "a/b:c", "/sys/x", ":", "/x:" + "y" * 5000])
def test_noise_is_left_out(line: str) -> None:
    assert parse_tree(line) == {}


def test_numbers() -> None:
    tree = {"/a": "12", "/b": "-3", "/c": "32760 ma", "/d": "!EIO", "/e": "9" * 30, "/f": "\u0661"}
    assert [number(tree, path) for path in ("/a", "/b", "/c", "/d", "/e", "/f", "/g")] == [
        12,
        -3,
        *[None] * 5,
    ]


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    assert all(path.startswith("/") for path in parse_tree(text))
