"""The HTML: self-contained, small, the same twice, and deaf to hostile strings."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import EXIT_STORE, StoreError
from harness.records.measurement import Reason, Status
from harness.report.render import render, write
from harness.store.reader import StoredRun
from tests.helpers import measurements as made
from tests.helpers.measurements import HOSTILE
from tests.report.showcase import SCHEMES, showcase


class Seen(HTMLParser):
    """All tags, attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def small(word: str) -> StoredRun:
    """A run in which every string that a board or file can choose is `word`."""
    item = made.an_item(workload=word, shape=word, mode=word, device=word)
    other = dataclasses.replace(item, scheme="fp32")
    reason = Reason(rule=word, words=word)
    rows = [
        made.a_measurement(item, word, status=Status.SUSPECT, reasons=(reason,), variant=word),
        made.a_measurement(other, word, energy=(made.an_energy(source=word, scope=word),)),
    ]
    environment = made.an_environment(word, model=word, cpu_model=word, os=word, governor=word)
    rows = [dataclasses.replace(m, environment="e", energy_absent=word) for m in rows]
    run = made.a_run(rows, [item, other], suite=word, command=word)
    return dataclasses.replace(run, environments={"e": environment}, notes=(word,))


@pytest.fixture(scope="module")
def page() -> str:
    return render([showcase()], "harness report last")


def test_nothing_is_asked_of_the_network(page: str) -> None:
    seen = Seen(page)
    assert not seen.tags & {"script", "img", "link", "iframe", "object", "image", "base"}
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?\s*(?:https?:|//)", page)
    assert "default-src 'none'" in page
    assert "@import" not in page


def test_every_link_inside_has_a_target(page: str) -> None:
    seen = Seen(page)
    ids = [v for k, v in seen.attributes if k == "id"]
    assert len(ids) == len(set(ids))
    targets = {v for k, v in seen.attributes if k in {"href", "xlink:href"} and v}
    assert {t[1:] for t in targets} <= set(ids)
    assert {v for k, v in seen.attributes if k == "aria-labelledby"} <= set(ids)


def test_small_and_the_same_twice(page: str) -> None:
    assert len(page.encode()) < 2_000_000
    assert render([showcase()], "harness report last") == page


def test_all_statuses_are_on_the_first_screen(page: str) -> None:
    first = page[: page.index('id="boards"')]
    assert all(status.value in first for status in Status)


def test_verdicts_are_text_too(page: str) -> None:
    table = page[page.index('id="results"') : page.index('id="bars"')]
    assert ">SUSPECT<" in table
    assert ">INVALID<" in table


def test_a_narrow_page_names_each_cell(page: str) -> None:
    """Stacked under its board, a cell has no column head above it."""
    seen = Seen(page)
    labels = {v for k, v in seen.attributes if k == "data-label"}
    assert {*SCHEMES, "verdict", "latency", "net J/inf"} <= labels
    assert len(re.findall(r'<td role="cell"', page)) == len(re.findall("data-label=", page))


def test_hostile_words_stay_words() -> None:
    html = render([small(HOSTILE)], HOSTILE)
    seen = Seen(html)
    assert not seen.tags & {"img", "script"}
    assert not [k for k, _ in seen.attributes if k.startswith("on")]
    assert HOSTILE in seen.text


def made_of(html: str) -> set[str]:
    """Every kind of tag and of attribute, and where links lead that do not stay on the page."""
    seen = Seen(html)
    away = {v or "" for k, v in seen.attributes if k in {"href", "xlink:href", "src", "action"}}
    return seen.tags | {f"@{k}" for k, _ in seen.attributes} | {v for v in away if v[:1] != "#"}


PIECES = ["<", ">", '"', "'", "&", "/", "=", "`", "]]>", "-->", "<!--", "</style>", "</svg>", "{{"]
PIECES += ["<script>", " onload=", "javascript:", "&lt;", "\u2028", "\x00", "\x1b[2J", "\ud800"]
WORDS = st.text(st.characters(codec=None), max_size=30) | st.lists(
    st.sampled_from([*PIECES, "x"]), max_size=8
).map("".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS)
def test_no_word_changes_what_the_page_is_made_of(word: str) -> None:
    html = render([small(word)], word)
    html.encode()
    assert made_of(html) <= ORDINARY
    assert not [c for c in html if c != "\n" and not c.isprintable()]


# both forms of words: those that leave something to show, and those that do not
ORDINARY = made_of(render([small("x")], "x")) | made_of(render([small("")], ""))


def test_an_ordinary_page_has_nothing_that_acts() -> None:
    assert not ORDINARY & {"script", "img", "iframe", "object", "form", "link", "base", "@src"}
    assert not [name for name in ORDINARY if name.startswith("@on") or ":" in name]


def test_the_page_forbids_itself_everything_but_its_own_style(page: str) -> None:
    seen = Seen(page)
    policy = next(v for k, v in seen.attributes if k == "content" and v and "default-src" in v)
    assert sorted(part.strip() for part in policy.split(";")) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "style-src 'unsafe-inline'",
    ]
    # before anything it governs
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_an_empty_run_still_has_a_page() -> None:
    html = render([made.a_run([], [])], "harness report")
    assert "No board that is not emulated has a result" in html
    assert "No rule was broken" in html


def test_write_is_whole_or_not_at_all(tmp_path: Path) -> None:
    write(tmp_path / "report.html", "one")
    write(tmp_path / "report.html", "two")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "two"
    with pytest.raises(StoreError, match="cannot write the report") as caught:
        write(tmp_path / "nothing" / "report.html", "x")
    assert caught.value.exit_code == EXIT_STORE


@pytest.mark.browser
def test_a_browser_finds_nothing_to_refuse(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed (make test-deps)")
    (tmp_path / "report.html").write_text(render([small(HOSTILE)], "harness report"))
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    switches += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    done = subprocess.run(
        [
            chromium,
            *switches,
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            f"file://{tmp_path / 'report.html'}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr
    assert "Refused" not in done.stderr
    seen = Seen(done.stdout)
    assert HOSTILE in seen.text
    assert not seen.tags & {"img", "script"}
