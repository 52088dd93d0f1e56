from __future__ import annotations

import pytest

from harness.networks.importing.same_pads import same_axis, same_window


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "wanted"),
    [
        (224, 7, 2, (112, 2, 3)),
        (112, 3, 2, (56, 0, 1)),
        (7, 3, 2, (4, 1, 1)),
        (7, 2, 2, (4, 0, 1)),
        (5, 1, 2, (3, 0, 0)),
        (5, 3, 1, (5, 1, 1)),
        (1, 5, 4, (1, 2, 2)),
    ],
)
def test_the_odd_pixel_stands_behind(
    size: int, kernel: int, stride: int, wanted: tuple[int, int, int]
) -> None:
    assert same_axis(size, kernel, stride) == wanted


def test_both_axes() -> None:
    window, sides = same_window((224, 113), (7, 3), (2, 2))
    assert sides == (112, 57)
    assert window.pads == (2, 1, 3, 1)
