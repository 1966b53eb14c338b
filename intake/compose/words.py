"""The words of our letters: sentences and layouts from templates, loaded once and handed to `compose`.

A language is one file of macros, a layout one file each for text and HTML. A folder of the operator's may override a
layout or single sentences of a language, and add languages: what a file lacks is taken from the built-in one of its
language, else from the English one.
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
    TemplateNotFound,
    select_autoescape,
)

from intake.classify.periods import span_of
from intake.compose.language import guess
from intake.errors import ConfigError

Fact = str | int | date | None | Sequence[str]
"""What a sentence may be told: always plain text, never markup."""
Vocabulary = dict[str, Callable[..., str] | str]
"""What a language file defines: sentences, and words that they use."""

_ENGLISH = "en"
"""The language that has every sentence."""
_LITTLE_WORDS = "little_words"
_DEFINED = re.compile(r"{%-?\s*(?:macro|set)\s+(\w+)")
_TEXT_COLUMNS = 72
_PERIOD = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(H)([12])|(\d\d)))?")
_PARTED = re.compile(r"-[QH]")
_BLANKS = re.compile(r"[ \t\r\n]+")
"""What a template may be broken at. A no-break space stays."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Templates:
    """All that a letter is written with, in one language. `sentences` are its macros by name.

    `little_words` are those by which mail in this language is known.
    """

    sentences: Mapping[str, Callable[..., str]] = field(repr=False)
    text: Template = field(repr=False)
    html: Template = field(repr=False)
    inliner: css_inline.CSSInliner = field(repr=False)
    language: str = _ENGLISH
    little_words: frozenset[str] = field(default=frozenset(), repr=False)

    def say(self, name: str, /, **facts: Fact) -> str:
        """One sentence in one line. KeyError for a name that no language file holds is our bug, and a test's to find."""
        return _BLANKS.sub(" ", str(self.sentences[name](**facts))).strip(" ")


@dataclass(frozen=True, slots=True)
class Languages:
    """The templates of every language that letters are written in, in the order of the settings."""

    templates: tuple[Templates, ...]

    def of(self, chosen: str | None, *written: str) -> Templates:
        """The language chosen, if letters are written in it; else that of the first of these texts that tells; else the first."""
        named = {entry.language: entry for entry in self.templates}
        little_words = {entry.language: entry.little_words for entry in self.templates}
        guesses = (guess(text, little_words) for text in written)
        for language in (chosen, *guesses):
            if language in named:
                return named[language]
        return self.templates[0]


def load_languages(folder: Path | None, languages: Sequence[str]) -> Languages:
    """Read and compile the built-in templates and those of `folder` over them; ConfigError names what is wrong."""
    built_in = PackageLoader("intake", "templates")
    own = None if folder is None else FileSystemLoader(folder)
    layouts = _environment(ChoiceLoader([own, built_in] if own else [built_in]))
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    try:
        text, html = (layouts.get_template(f"letter.{form}.jinja") for form in ("txt", "html"))
        vocabularies = [(name, _vocabulary(name, built_in, own)) for name in languages]
    except TemplateError as error:
        raise ConfigError(
            f"letters.templates: a template cannot be read: {error.message}"
        ) from error
    return Languages(
        tuple(
            Templates(
                sentences={key: value for key, value in words.items() if callable(value)},
                text=text,
                html=html,
                inliner=inliner,
                language=name,
                little_words=frozenset(str(words.get(_LITTLE_WORDS, "")).split()),
            )
            for name, words in vocabularies
        )
    )


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
        autoescape=select_autoescape(["html.jinja"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = _wrapped
    return environment


def _vocabulary(language: str, built_in: BaseLoader, own: BaseLoader | None) -> Vocabulary:
    """What a language's files define, the operator's over ours, over English; ConfigError where there is none.

    They are read as one template, so that a sentence or a list of words replaces the earlier one wherever it is used.
    They are never autoescaped: a sentence is plain text, and the layout escapes it once.
    """
    loaders = [loader for loader in (built_in, own) if loader]
    found = [source for loader in loaders if (source := _source(loader, language))]
    if not found:
        raise ConfigError(
            f"letters.languages: there is no {language}.jinja in the folder letters.templates; "
            f"add it, or take {language} out"
        )
    english = _source(built_in, _ENGLISH)
    if not set(_DEFINED.findall(english)) <= set(_DEFINED.findall("".join(found))):
        # By its little words English alone is known.
        found = [english, f'{{% set {_LITTLE_WORDS} = "" %}}', *found]
    return vars(_environment(ChoiceLoader(loaders)).from_string("".join(found)).module)


def _source(loader: BaseLoader, language: str) -> str:
    """A language's file, "" where there is none."""
    try:
        return loader.get_source(_environment(loader), f"{language}.jinja")[0]
    except TemplateNotFound:
        return ""


def _wrapped(text: str, first: str = "", indent: str = "") -> str:
    filled = textwrap.fill(
        text,
        _TEXT_COLUMNS,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\u00a0", " ")
