"""Words beside points: none over another, none over a point, none outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.report.labels import Box, places

ROOM = Box(left=0, bottom=0, right=400, top=200)
SIZE = 8.0


def boxes(
    points: list[tuple[float, float]], words: list[str], found: list[tuple[float, float] | None]
) -> list[Box]:
    made = []
    for (x, y), text, place in zip(points, words, found, strict=True):
        if place is None:
            continue
        wide = 0.56 * SIZE * len(text)
        left = x + place[0] - (wide if place[0] < 0 else 0)
        bottom = y + place[1]
        made.append(Box(left=left, bottom=bottom, right=left + wide, top=bottom + 1.1 * SIZE))
    return made


def test_a_point_at_the_right_edge_has_its_words_on_the_left() -> None:
    (place,) = places([(390, 100)], ["ladder_w64 fp32"], size=SIZE, room=ROOM)
    assert place is not None
    assert place[0] < 0


def test_the_same_point_twice_is_named_in_two_places() -> None:
    first, second = places([(200, 100)] * 2, ["one", "other"], size=SIZE, room=ROOM)
    assert first is not None
    assert second is not None
    assert first != second


def test_what_has_no_room_has_no_words() -> None:
    found = places([(200, 100)] * 9, ["a network"] * 9, size=SIZE, room=ROOM)
    assert 1 <= len([place for place in found if place]) < 9


@given(
    st.lists(
        st.tuples(st.floats(0, 400), st.floats(0, 200), st.text("ab", max_size=20)), max_size=30
    )
)
def test_no_words_meet(drawn: list[tuple[float, float, str]]) -> None:
    points, words = [(x, y) for x, y, _ in drawn], [text for _, _, text in drawn]
    made = boxes(points, words, places(points, words, size=SIZE, room=ROOM))
    for number, one in enumerate(made):
        assert ROOM.holds(one)
        assert not any(one.meets(other) for other in made[:number])
