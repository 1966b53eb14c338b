"""pydantic's errors in plain sentences, each with the path of its key as the operator wrote it.

What stands in the file may be quoted where it is short; what came from the environment never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from intake.config import settings
from intake.config.checks import suggestion

Loc = tuple[str | int, ...]

_WRONG_TYPE = {
    "bool": "is not true or false",
    "date": "is not a date like 2026-11-22",
    "int": "is not a whole number",
    "list": "is not a list",
    "tuple": "is not a list",
    "string": "is not text, put it in quotes",
    "dict": "is not a section of keys",
    "mapping": "is not a section of keys",
    "model": "is not a section of keys",
    "path": "is not a path",
}

_BY_TYPE: Mapping[tuple[str | int, str], type[BaseModel]] = {
    ("sources", "imap"): settings.ImapSource,
    ("sources", "maildir"): settings.MaildirSource,
    ("delivery", "smtp"): settings.SmtpDelivery,
    ("delivery", "maildir"): settings.MaildirDelivery,
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with one key. `unset` says that a reference could not be replaced."""

    loc: Loc
    sentence: str
    unset: bool = False

    def __str__(self) -> str:
        """The path as one would write it, a colon and the sentence."""
        return f"{written_path(self.loc)}: {self.sentence}"


def written_path(loc: Loc) -> str:
    """`("sources", 0, "host")` → `sources[0].host`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return "".join(steps).removeprefix(".")


def explain(error: ValidationError, written: JsonValue) -> Iterator[Mistake]:
    """Every error of a validation as a mistake; `written` is the file's own content, before the environment."""
    for details in error.errors(include_url=False):
        if details["type"] == "default_factory_not_called":
            continue  # a default that waits for another key, which is reported itself
        plain = _without_tags(details["loc"])
        yield Mistake(plain, _sentence(details, _quotable(written, plain)))


def _without_tags(loc: Loc) -> Loc:
    """The path without the type that pydantic puts in after a choice between sections."""
    match loc:
        case ("kinds" | "checklists", str(), "[key]"):
            return loc[:2]
        case ("sources", int() as index, str(), *rest):
            return ("sources", index, *rest)
        case ("delivery", str(), *rest):
            return ("delivery", *rest)
        case _:
            return loc


def _sentence(details: ErrorDetails, quoted: str) -> str:
    context: Mapping[str, object] = details.get("ctx", {})
    loc = details["loc"]
    match details["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"there is no such key{suggestion(str(loc[-1]), _keys_beside(loc))}"
        case "value_error":
            return str(context.get("error", ""))
        case "literal_error" | "enum":
            return _not_one_of(_choices(str(context.get("expected", ""))), quoted)
        case "union_tag_not_found":
            return f"its type is missing, use {_supported(loc)}"
        case "union_tag_invalid":
            return _unknown_type(str(context.get("tag", "")), loc)
        case kind:
            return _wrong_type(kind.split("_")[0], quoted)


def _wrong_type(family: str, quoted: str) -> str:
    """What should stand there; only numbers, dates and yes-or-no are quoted, others may be secret."""
    shown = quoted if family in {"bool", "date", "int"} else ""
    return f"{shown} {_WRONG_TYPE.get(family, 'is not usable here')}".strip()


def _choices(expected: str) -> tuple[str, ...]:
    return tuple(word.strip(" '") for word in expected.replace(" or ", ",").split(","))


def _not_one_of(choices: Iterable[str], quoted: str) -> str:
    listed = tuple(choices)
    return f"{quoted} is not one of {', '.join(listed)}{suggestion(quoted, listed)}".strip()


def _supported(loc: Loc) -> str:
    return "imap or maildir" if loc[0] == "sources" else "smtp or maildir"


def _unknown_type(tag: str, loc: Loc) -> str:
    if (loc[0], tag) in {("sources", "sqs"), ("delivery", "ses")}:
        return f"{tag} is not possible yet, use {_supported(loc)}"
    return f"its type is not one that exists, use {_supported(loc)}"


def _quotable(written: JsonValue, loc: Loc) -> str:
    """What the file says at that path, if it is one short word or number; "" otherwise."""
    node = written
    for step in loc:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return ""
    shown = str(node).lower() if isinstance(node, bool) else str(node)
    return shown if isinstance(node, str | int | float) and len(shown) <= 40 else ""


def _keys_beside(loc: Loc) -> Iterable[str]:
    """The keys that exist where an unknown one was found."""
    match loc[:-1]:
        case ():
            return settings.Settings.model_fields
        case ("sources" | "delivery", *_, "oauth2"):
            return settings.OAuth2Settings.model_fields
        case ("sources", _, str() as tag) | ("delivery", str() as tag):
            return _BY_TYPE[loc[0], tag].model_fields
        case ("intake", "answer_caps"):
            return settings.AnswerCaps.model_fields
        case ("kinds", _):
            return settings.KindSettings.model_fields
        case ("checklists", _, _):
            return settings.ItemSettings.model_fields
        case (str() as section,):
            return _keys_of(section)
        case _:
            return ()


def _keys_of(section: str) -> Iterable[str]:
    model = settings.Settings.model_fields[section].annotation
    return model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else ()
