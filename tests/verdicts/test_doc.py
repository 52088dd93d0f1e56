"""docs/VERDICTS.md says what the code does, and names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from harness.records.rules import RULES
from tests.verdicts import table

ROOT = Path(__file__).parents[2]


def test_the_page_holds_the_rules_as_they_are() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    fix = "`make verdicts` writes it anew"
    assert table.rules() in page, fix
    for code in RULES:
        assert re.search(rf"^\| {code} \| \w+ \| (?!r |g |p )", page, re.MULTILINE), (code, fix)
    assert "not witnessed" not in page, fix


def test_the_tests_that_the_page_names_exist() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert named
    for file, test in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, (file, test)
