"""The YAML walk: positions, types, and everything it must refuse (facts F19)."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.document import MAX_BYTES, Value, load, parse, walk
from harness.errors import EXIT_USAGE, ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_positions_of_values_and_keys() -> None:
    document = load("a: 1\nb:\n  - x\n  - {c: d}\n", name="s.yaml")
    assert document.data == {"a": 1, "b": ("x", {"c": "d"})}
    assert document.where(("b", 1, "c")) == "s.yaml:4:9"
    assert document.where(("b", 1, "c"), key=True) == "s.yaml:4:6"
    assert document.where(("b", 7, "zz")) == "s.yaml:3:3"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("2.5e-3", 0.0025),
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30:00", "12:30:00"),
        ("22:22", "22:22"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("2024-01-01", "2024-01-01"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("=", "="),
        ("'7'", "7"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_only_plain_words_have_types(text: str, value: Value) -> None:
    assert load(f"a: {text}").data == {"a": value}


def test_keys_are_always_text() -> None:
    assert load("on: 1\n1: x\n<<: y").data == {"on": 1, "1": "x", "<<": "y"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "given twice"),
        ("a: &x 1", 1, "anchors"),
        ("a: 1\nb: *x", 2, "anchors"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tags"),
        ("a: !x 1", 1, "tags"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a:\n\t- b", 2, "use spaces"),
        ("a: @b", 1, "cannot start any token"),
        ("a: [1", 1, "expected"),
        ("? [a]\n: 1", 1, "plain word"),
        ("a: 1\nb: \x00", 2, "U+0000"),
        ("a: \x1b[2J", 1, "U+001B"),
        ("\n".join(" " * n + "a:" for n in range(30)), 21, "levels"),
        ("a: {b: {c: " + "[" * 10_000, 1, "levels"),
        ("\n".join(["- a"] * 30_000), 20_000, "values"),
        ('a: "\\UFFFFFFFF"', 1, "character"),
    ],
)
def test_refused_with_a_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("+", r"\+")) as caught:
        load(text, name="s.yaml")
    place = caught.value.where.split(":")
    if words != "character":  # the parser gives no position for that one
        assert int(place[1]) == line
    assert caught.value.exit_code == EXIT_USAGE


def test_billion_laughs_end_at_the_first_anchor() -> None:
    text = "a: &a [x, x]\nb: &b [*a, *a]\n" + "".join(f"c{n}: &c{n} [*b, *b]\n" for n in range(30))
    with pytest.raises(ConfigError, match="anchors"):
        load(text)


def test_bom_is_dropped_and_other_encodings_are_named() -> None:
    assert parse(b"\xef\xbb\xbfa: 1", name="x").data == {"a": 1}
    with pytest.raises(ConfigError, match="UTF-8"):
        parse("a: 1".encode("utf-16"), name="x")
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        parse(b"a: 1\nb: \xff", name="x")
    assert caught.value.where == "x:2:4"


def test_file_too_large_or_absent(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (MAX_BYTES + 50))
    with pytest.raises(ConfigError, match="too many"):
        load(big)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "absent.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_walk_visits_every_mark() -> None:
    document = load("a: [1, {b: 2}]")
    assert {path for path, _ in walk(document.data)} == set(document.marks)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_value_or_a_declared_error(raw: bytes) -> None:
    try:
        document = parse(raw, name="fuzz")
    except ConfigError:
        return
    assert set(document.marks) >= {path for path, _ in walk(document.data) if path}


@given(st.text(alphabet="ab01-?:,[]{}#&*!|>'\"%@`~ \n\t.\\<=", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_yaml_like_text_is_a_value_or_a_declared_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        load(text)


@given(st.sampled_from(["[", "{a: ", "- ", "? ", "'", "a: {", "|\n x", ": ", "[],", "&a "]))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_repeated_pieces_never_hang(piece: str) -> None:
    begin = time.process_time()
    with contextlib.suppress(ConfigError):
        load(piece * (200_000 // len(piece)))
    # a hang would be minutes; the bound is far above what a slow machine needs
    assert time.process_time() - begin < 60
