"""Names of board states."""

from __future__ import annotations

from harness.records.environment import environment_hash
from tests.helpers.measurements import an_environment


def test_environment_hash_follows_the_content() -> None:
    one = environment_hash(an_environment())
    assert one == environment_hash(an_environment())
    assert one != environment_hash(an_environment(governor="powersave"))
    assert len(one) == 16
