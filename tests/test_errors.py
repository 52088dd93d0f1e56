"""Exit codes, their precedence, and the three parts of an error."""

from __future__ import annotations

import itertools

import pytest

from harness import errors
from harness.errors import HarnessError, worst


def kinds() -> list[type[HarnessError]]:
    found = vars(errors).values()
    return [k for k in found if isinstance(k, type) and issubclass(k, HarnessError)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ConfigError", 2),
        ("UnknownBoardError", 2),
        ("CannotTellError", 3),
        ("LinkError", 5),
        ("HostKeyError", 5),
        ("HarnessError", 70),
        ("StoreError", 74),
        ("LeaseHeldError", 75),
        ("RunInterruptedError", 130),
    ],
)
def test_exit_codes(name: str, code: int) -> None:
    assert getattr(errors, name).exit_code == code


def test_every_error_says_what_where_and_what_to_do() -> None:
    for kind in kinds():
        error = kind("no such board", where="suite.yaml:3:5", do="see `harness boards`")
        assert str(error) == "suite.yaml:3:5: no such board\n  see `harness boards`"
        assert str(kind("plain")) == "plain"


def test_precedence() -> None:
    order = (70, 74, 130, 2, 4, 5, 3, 1)
    for first, second in itertools.combinations(order, 2):
        assert worst({first, second, 0}) == first
    assert worst({0}) == worst(set()) == 0
    assert worst({0, 75}) == 75
