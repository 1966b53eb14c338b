"""The words of letters: periods spoken, templates overridden."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.compose import Templates, spoken
from intake.errors import ConfigError
from tests.gallery import load_templates


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(None)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-Q4", "Q4 2026 (October to December)"),
        ("2026-H1", "H1 2026 (January to June)"),
        ("2026", "2026"),
        ("2026-07", "July 2026"),
        ("2026-Q3..2027-Q2", "Q3 2026 to Q2 2027"),
        ("2026-09-03", "3 September 2026"),
        ("2026-09-03..2026-10-01", "3 September 2026 to 1 October 2026"),
        ("someday", "someday"),
    ],
)
def test_period_is_spoken(period: str, words: str, templates: Templates) -> None:
    assert spoken(templates, period) == words


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2027-Q3", "Q3 2027 of your fiscal year (October to December 2026)"),
        ("2027", "2027 of your fiscal year (April 2026 to March 2027)"),
    ],
)
def test_fiscal_period_is_spoken_with_its_months(
    period: str, words: str, templates: Templates
) -> None:
    assert spoken(templates, period, fiscal_year_starts=4) == words


def test_single_sentence_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "en.jinja").write_text("{% macro thanks() %}Cheers.{% endmacro %}")
    templates = load_templates(tmp_path)

    assert templates.say("thanks") == "Cheers."
    assert templates.say("quarter", number=4, year=2026) == "Q4 2026"


def test_layout_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "letter.txt.jinja").write_text("{{ letter.headline }}")

    assert load_templates(tmp_path).text.render(letter={"headline": "Hello"}) == "Hello"


def test_broken_template_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "letter.html.jinja").write_text("{% if %}")

    with pytest.raises(ConfigError, match=r"letters\.templates"):
        load_templates(tmp_path)
