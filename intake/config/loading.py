"""From a file and an environment to `Settings`, or to all mistakes at once.

Knows YAML, `${NAME}` references and how pydantic words its errors; what the keys mean stands in `settings`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import JsonValue, ValidationError

from intake import kinds
from intake.config.checks import Surroundings
from intake.config.mistakes import Loc, Mistake, explain
from intake.config.settings import Settings, onboarding
from intake.errors import ConfigError

DEFAULT_PATH = Path("config.yaml")
VARIABLE = "INTAKE_CONFIG"
_REFERENCE = re.compile(r"\$\{([^}]*)(\}?)")
_CLOSED_REFERENCE = re.compile(r"\$\{[^}\n]*\}")
_ASIDE = re.compile("\ue000([0-9]+)\ue001")
_INSIDE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?\Z", re.DOTALL)


def locate(option: Path | None, environment: Mapping[str, str]) -> Path:
    """Which file to read: the one asked for, else $INTAKE_CONFIG, else ./config.yaml."""
    return option or Path(environment.get(VARIABLE) or DEFAULT_PATH)


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read the file. Raises ConfigError with every mistake, each with its path; nothing secret is in it."""
    written = _read(path)
    filled = fill(written, environment)
    tree = filled.tree if isinstance(filled.tree, dict) else {}
    sections = {key: value for key, value in tree.items() if value is not None}
    around = Surroundings(
        folder=path.absolute().parent,
        kinds=frozenset({spec.kind for spec in kinds.built_in()} | set(_names(tree.get("kinds")))),
        checklists=_names(tree.get("checklists")) or tuple(onboarding()),
        imap_folder=_imap_folder(tree.get("sources")),
    )
    try:
        settings = Settings.model_validate(sections, context=around)
    except ValidationError as error:
        raise _refusal(path, [*filled.mistakes, *explain(error, written)]) from None
    if filled.mistakes:
        raise _refusal(path, filled.mistakes)
    return settings


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is a mistake, not the last one's victory."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  # the library's signature
    ) -> dict[Hashable, object]:
        keys = [child.value for child, _ in node.value if isinstance(child, yaml.ScalarNode)]
        repeated = next((key for key in keys if keys.count(key) > 1), None)
        if repeated is not None:
            line = node.start_mark.line + 1
            raise ConfigError(f"the key {repeated} is given twice in the section at line {line}")
        return super().construct_mapping(node, deep=deep)


def _read(path: Path) -> JsonValue:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration at {path}. `intake init` writes one; --config or ${VARIABLE} names another."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration at {path} cannot be read: {_why(error)}.") from error
    try:
        tree = _parse(text)
    except ConfigError as error:
        raise ConfigError(f"The configuration at {path} is wrong: {error}.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"The configuration at {path} is not YAML: {_yaml_why(error)}.") from None
    if not isinstance(tree, dict):
        raise ConfigError(
            f"The configuration at {path} holds no sections. `intake init` writes one to start from."
        )
    return tree


def _parse(text: str) -> JsonValue:
    """The YAML's content, with its references as they are written.

    In a flow section (`{secret: ${NAME:-}}`) YAML takes the braces of a reference for its own, so that each stands
    aside as a single character sequence while the rest is parsed.
    """
    references: list[str] = []

    def aside(found: re.Match[str]) -> str:
        references.append(found[0])
        return f"\ue000{len(references) - 1}\ue001"

    def back(found: re.Match[str]) -> str:
        return references[int(found[1])]

    standing = _CLOSED_REFERENCE.sub(aside, text.replace("\ue000", "").replace("\ue001", ""))
    tree: JsonValue = yaml.load(standing, _Loader)  # noqa: S506  # a SafeLoader underneath
    return _with_strings(tree, lambda string: _ASIDE.sub(back, string))


def _with_strings(node: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """The same tree with every string and every key changed."""
    match node:
        case dict():
            return {change(str(key)): _with_strings(value, change) for key, value in node.items()}
        case list():
            return [_with_strings(value, change) for value in node]
        case str():
            return change(node)
        case _:
            return node


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "unknown") if isinstance(error, OSError) else "it is not UTF-8 text"


def _yaml_why(error: yaml.YAMLError) -> str:
    """Where and why, without the line's text: it may hold a password."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, {error.problem or 'a mistake'}"
    return "it holds characters that YAML does not allow"


def _names(section: JsonValue) -> tuple[str, ...]:
    return tuple(section) if isinstance(section, dict) else ()


def _imap_folder(sources: JsonValue) -> str | None:
    """Where the first source takes mail from, None where it is no IMAP server."""
    first = sources[0] if isinstance(sources, list) and sources else None
    if not isinstance(first, dict) or first.get("type") != "imap":
        return None
    return str(first.get("folder") or "INBOX")


def _refusal(path: Path, mistakes: Sequence[Mistake]) -> ConfigError:
    """All mistakes under one heading; what a missing variable caused further on is left out."""
    unset = {entry.loc for entry in mistakes if entry.unset}
    told = [entry for entry in mistakes if entry.unset or entry.loc not in unset]
    lines = list(dict.fromkeys(f"  {entry}" for entry in told))
    heading = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return ConfigError("\n".join([f"{path} has {heading}:", *lines]))


@dataclass(frozen=True, slots=True)
class Filled:
    """The tree with every reference replaced, and the references that could not be."""

    tree: JsonValue = field(repr=False)
    mistakes: tuple[Mistake, ...]


def fill(tree: JsonValue, environment: Mapping[str, str]) -> Filled:
    """Replace `${NAME}` and `${NAME:-default}` in every string. A default stands for unset and for empty alike."""
    mistakes: list[Mistake] = []
    filled = _filled(tree, (), environment, mistakes)
    return Filled(filled, tuple(mistakes))


def _filled(
    node: JsonValue, loc: Loc, environment: Mapping[str, str], mistakes: list[Mistake]
) -> JsonValue:
    match node:
        case dict():
            return {
                key: _filled(value, (*loc, key), environment, mistakes)
                for key, value in node.items()
            }
        case list():
            return [
                _filled(value, (*loc, index), environment, mistakes)
                for index, value in enumerate(node)
            ]
        case str() if "${" in node:
            mistakes.extend(_unfillable(node, loc, environment))
            return _REFERENCE.sub(lambda found: _value(found, environment), node)
        case _:
            return node


def _unfillable(text: str, loc: Loc, environment: Mapping[str, str]) -> Iterator[Mistake]:
    for found in _REFERENCE.finditer(text):
        inside = _INSIDE.match(found[1]) if found[2] else None
        if inside is None:
            yield Mistake(
                loc, "has a ${ that is not closed as ${NAME} or ${NAME:-default}", unset=True
            )
        elif inside["default"] is None and inside["name"] not in environment:
            yield Mistake(loc, f"{inside['name']} is not set in the environment", unset=True)


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    inside = _INSIDE.match(found[1])
    if inside is None:
        return ""
    given = environment.get(inside["name"], "")
    return given or inside["default"] or ""
