"""Drawings: equal bytes, own ids, the page's colours, hostile words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.report.context import Bar, BarGroup, Chart
from harness.report.figures import draw
from harness.units import harmless
from tests.helpers.measurements import HOSTILE


def a_chart(name: str = "c1", title: str = "board", base: float | None = 1.0) -> Chart:
    bars = (
        Bar(label="fp32", value=1.0, low=None, high=None, text="baseline", is_base=True),
        Bar(label="w1a1", value=9.0, low=8.5, high=9.5, text="9.00", hollow=True),
    )
    group = BarGroup(title=title, bars=bars)
    return Chart(id=name, title="t", axis="speed-up", base=base, groups=(group,))


def test_equal_data_give_equal_bytes() -> None:
    assert draw(a_chart()) == draw(a_chart())


def test_it_is_one_element_without_header() -> None:
    svg = draw(a_chart())
    assert svg.startswith("<svg viewBox=")
    assert "<?xml" not in svg
    assert "<!DOCTYPE" not in svg
    assert not re.search(r"\d{4}-\d\d-\d\dT", svg)


def test_a_long_title_gets_lines_of_its_own() -> None:
    chart = a_chart(title=" ".join(["board"] * 30))
    taller = draw(chart)
    assert sum("board" in (e.text or "") for e in ET.fromstring(taller).iter()) > 2  # noqa: S314
    heights = [
        float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', d)[0]) for d in (taller, draw(a_chart()))
    ]
    assert heights[0] > heights[1]


def test_ids_of_two_charts_differ() -> None:
    one, two = (set(re.findall(r'\bid="([^"]+)"', draw(a_chart(n)))) for n in ("c1", "c2"))
    assert one
    assert not one & two
    assert all(name.startswith("c1-") for name in one)


def test_colours_and_fonts_are_the_pages() -> None:
    svg = draw(a_chart())
    assert "var(--bar)" in svg
    assert "var(--ink)" in svg
    assert "DejaVu" not in svg
    assert "#040506" not in svg


@pytest.mark.parametrize("title", [HOSTILE, "$x_{$", "a\x1b[31m\x00b", "\ud800", "板 &amp; <b>"])
def test_hostile_titles(title: str) -> None:
    svg = draw(a_chart(title=title))
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    names = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
    assert not names & {"img", "script", "b", "image", "foreignObject"}


@pytest.mark.parametrize("base", [1.0, None])
def test_with_and_without_baseline(base: float | None) -> None:
    assert "w1a1" in draw(a_chart(base=base))


def test_foreign_words_are_not_rewritten() -> None:
    words = 'v1.23456 id="a" #040506 url(#b)'
    root = ET.fromstring(draw(a_chart(title=words)))  # noqa: S314 - our own drawing
    assert words in {element.text for element in root.iter()}


_PIECES = ["<", ">", '"', "'", "&", "]]>", "-->", "<!--", "</text>", "<script>", "$", "\\", "\x00"]


@settings(max_examples=30, deadline=None)
@given(
    st.text(st.characters(codec=None), max_size=30)
    | st.lists(st.sampled_from([*_PIECES, "x", " "]), max_size=8).map("".join)
)
def test_any_word_gives_a_drawing_that_does_nothing(word: str) -> None:
    bars = (Bar(label=word, value=2.0, low=1.9, high=2.1, text=word),)
    groups = (BarGroup(title=word, note=word, bars=bars),)
    svg = draw(Chart(id="c", title=word, axis="x", base=None, groups=groups))
    svg.encode()
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    inert = {"svg", "g", "path", "text", "tspan", "defs", "style", "use", "clipPath", "rect"}
    for element in root.iter():
        assert element.tag.rsplit("}", 1)[-1] in inert
        for name, value in element.attrib.items():
            bare = name.rsplit("}", 1)[-1]
            assert not bare.startswith("on")
            assert bare != "href" or value.startswith("#c-")
            assert "url(" not in value.replace("url(#c-", "")
    if harmless(word).strip():
        said = "".join("".join(element.itertext()) for element in root.iter() if element.text)
        assert "".join(harmless(word).split()) in "".join(said.split())
