from __future__ import annotations

import pytest

from harness.errors import NetworkError
from harness.runtimes import base
from tests.runtimes.examples import kernel


def test_a_form_that_was_not_prepared_is_named() -> None:
    with pytest.raises(NetworkError, match="gemm was not prepared as a plan"):
        base.need(None, "a plan", kernel())
