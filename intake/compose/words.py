"""The words of our letters: sentences and layouts from templates, loaded once and handed to `compose`.

A language is one file of macros, a layout one file each for text and HTML. A folder of the operator's may override a
layout, or single sentences of a language: what its file lacks is taken from the built-in one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import css_inline
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    select_autoescape,
)

from intake.classify.periods import span_of
from intake.errors import ConfigError

Fact = str | int | date | None | Sequence[str]
"""What a sentence may be told: always plain text, never markup."""

_LANGUAGE = "en"
_TEXT_COLUMNS = 72
_PERIOD = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(H)([12])|(\d\d)))?")
_PARTED = re.compile(r"-[QH]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Templates:
    """All that a letter is written with. `sentences` are a language's macros by name."""

    sentences: Mapping[str, Callable[..., str]] = field(repr=False)
    text: Template = field(repr=False)
    html: Template = field(repr=False)
    inliner: css_inline.CSSInliner = field(repr=False)
    language: str = _LANGUAGE

    def say(self, name: str, /, **facts: Fact) -> str:
        """One sentence in one line. KeyError for a name that no language file holds is our bug, and a test's to find."""
        return " ".join(str(self.sentences[name](**facts)).split())


def load_templates(folder: Path | None = None) -> Templates:
    """Read and compile the built-in templates and those of `folder` over them; ConfigError names a broken one."""
    built_in = PackageLoader("intake", "templates")
    loaders: list[BaseLoader] = (
        [built_in] if folder is None else [FileSystemLoader(folder), built_in]
    )
    try:
        return Templates(
            sentences=_sentences(built_in) | _sentences(ChoiceLoader(loaders)),
            text=_environment(ChoiceLoader(loaders)).get_template("letter.txt.jinja"),
            html=_environment(ChoiceLoader(loaders)).get_template("letter.html.jinja"),
            inliner=css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False),
        )
    except TemplateError as error:
        raise ConfigError(
            f"letters.templates: a template cannot be read: {error.message}"
        ) from error


def spoken(
    templates: Templates, period: str, *, fiscal_year_starts: int = 1, with_months: bool = True
) -> str:
    """A period in words: "2026-Q4" as "Q4 2026 (October to December)"; a day as "3 September 2026".

    Where fiscal years do not start in January, the months tell which quarter is meant.
    """
    ends = [_end_spoken(templates, end) for end in period.split("..")]
    if len(ends) > 1:
        return templates.say("range", first=ends[0], last=ends[-1])
    span = span_of(period, fiscal_year_starts=fiscal_year_starts)
    is_clear = fiscal_year_starts == 1 and _PARTED.search(period) is None
    if span is None or is_clear or not with_months:
        return ends[0]
    named = templates.say("fiscal", period=ends[0]) if fiscal_year_starts > 1 else ends[0]
    return templates.say("with_months", period=named, first=span.first, last=span.last)


def _end_spoken(templates: Templates, end: str) -> str:
    if _DAY.fullmatch(end):
        return templates.say("day", day=date.fromisoformat(end))
    match = _PERIOD.fullmatch(end)
    if match is None:
        return end
    year, is_quarter, quarter, is_half, half, month = match.groups()
    if is_quarter:
        return templates.say("quarter", number=int(quarter), year=int(year))
    if is_half:
        return templates.say("half", number=int(half), year=int(year))
    if month:
        return templates.say("month", number=int(month), year=int(year))
    return str(year)


def _environment(loader: BaseLoader) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = _wrapped
    return environment


def _sentences(loader: BaseLoader) -> dict[str, Callable[..., str]]:
    """The macros of a language. They are never autoescaped: a sentence is plain text, and the layout escapes it once."""
    module = _environment(loader).get_template(f"{_LANGUAGE}.jinja").module
    return {name: macro for name, macro in vars(module).items() if callable(macro)}


def _wrapped(text: str, first: str = "", indent: str = "") -> str:
    return textwrap.fill(
        text,
        _TEXT_COLUMNS,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
