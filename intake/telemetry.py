"""What the running desk tells its operator: one line for each change of state, on stderr, with ids and never with names.

The only module that configures structlog. What an event may carry is decided here once: fields that are not on the list
are dropped, values that look like an address are masked, and exceptions are told by their type and place, not by their text.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import PurePath
from traceback import walk_tb
from typing import Final, Protocol

import structlog
from structlog.typing import EventDict

MESSAGE_HELD: Final = "message.held"
MESSAGE_SETTLED: Final = "message.settled"
MESSAGE_FAILED: Final = "message.failed"
DOCUMENT_FILED: Final = "document.filed"
LETTER_SENT: Final = "letter.sent"
LETTER_DEFERRED: Final = "letter.deferred"
LETTER_DOUBTFUL: Final = "letter.doubtful"
LETTER_FAILED: Final = "letter.failed"
LETTER_DROPPED: Final = "letter.dropped"
FILES_UNREADABLE: Final = "source.files-unreadable"
UNREACHABLE: Final = "world.unreachable"
RECOVERED: Final = "world.recovered"
WORKER_STARTED: Final = "worker.started"
WORKER_STOPPED: Final = "worker.stopped"
CLAIM_LOST: Final = "claim.lost"
EXAMPLE_UNUSABLE: Final = "example.unusable"
LIBRARY_WARNED: Final = "library.warned"
PROJECT_ERASED: Final = "project.erased"
MAIL_EXPIRED: Final = "message.expired"
METRICS_UNAVAILABLE: Final = "metrics.unavailable"

Field = str | int | float | bool | None

# Fields whose values are words of ours; ids, counts and durations are allowed by how their names end.
_WORDS: Final = frozenset(
    {"event", "level", "timestamp", "module", "place", "exception", "reason", "what", "status"}
    | {"state", "kind", "fate", "auto", "verdict", "step", "source", "sink", "check", "sha256"}
    | {"attempt", "number", "item", "version", "worker", "problem"}
)
_MEASURES: Final = re.compile(r"(?:[a-z]+_)*(?:id|ids|count|counts|seconds|ms|octets|number|tries)")
_MASK: Final = "…"
# Anything with an @ in it, encoded ones and quoted local parts too.
_ADDRESS: Final = re.compile(r"\"[^\"]*\"@\S*|[^\s<>\"'(),;:]*(?:@|%40|=40)\S*")
_LONGEST: Final = 300
_FRAMES: Final = 8


Heard = Callable[[str, Mapping[str, object]], None]
"""Somebody beside the log who is told each event with its fields: the counters."""


class Stage(StrEnum):
    """What takes time in a worker's round."""

    RECEIVE = "receive"
    READ = "read"
    SETTLE = "settle"
    COMPOSE = "compose"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ROUND = "round"


Timing = Callable[[Stage], AbstractContextManager[None]]
"""A clock that runs for as long as a block lasts."""


def untimed(stage: Stage) -> AbstractContextManager[None]:
    """Nobody looks at the clock."""
    del stage
    return nullcontext()


class Logger(Protocol):
    """How the other modules log: an event of this module, and facts as fields."""

    def debug(self, event: str, /, **fields: Field) -> None: ...  # noqa: D102  # as in logging
    def info(self, event: str, /, **fields: Field) -> None: ...  # noqa: D102
    def warning(self, event: str, /, **fields: Field) -> None: ...  # noqa: D102
    def error(self, event: str, /, **fields: Field) -> None: ...  # noqa: D102
    def exception(self, event: str, /, **fields: Field) -> None: ...  # noqa: D102


def logger(name: str) -> Logger:
    """A logger for a module. It may be made before `configure` and obeys it all the same; until then only warnings show."""
    if not structlog.is_configured():  # structlog's own default tells everything, on stdout
        _configure_events(json=True, level=logging.WARNING)
    made: Logger = structlog.get_logger(module=name)
    return made


def configure(
    *, json: bool | None = None, level: int = logging.INFO, heard: Heard | None = None
) -> None:
    """Send events and libraries' warnings to stderr: JSON lines, or for reading. None: JSON unless stderr is a terminal.

    `heard` is told the same events, those below the level left out.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    _configure_events(json=as_json, level=level, heard=heard)
    logging.basicConfig(handlers=[_LibraryHandler()], level=logging.WARNING, force=True)


def redact(_: object, __: str, event_dict: EventDict) -> EventDict:
    """Keep the fields that are allowed, mask addresses in their values, and tell exceptions by type and place."""
    told = {name: _plain(value) for name, value in event_dict.items() if _is_allowed(name)}
    if dropped := sorted(event_dict.keys() - told.keys() - {"exc_info", "stack_info"}):
        told["dropped"] = " ".join(dropped)
    if exception := _exception(event_dict):
        told["exception"] = " from ".join(map(_described, _chain(exception)))
    return told


class _LibraryHandler(logging.Handler):
    """Tells that a library warned, and where; never its words, which may quote the mail it was reading."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(module=record.name)
        told = log.error if record.levelno >= logging.ERROR else log.warning
        place = f"{_short(record.pathname)}:{record.lineno}"
        told(LIBRARY_WARNED, place=place, exc_info=record.exc_info)


def _configure_events(*, json: bool, level: int, heard: Heard | None = None) -> None:
    def tell(_: object, __: str, event_dict: EventDict) -> EventDict:
        if heard is not None:
            heard(str(event_dict.get("event")), event_dict)
        return event_dict

    structlog.configure(
        processors=[
            tell,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: object) -> structlog.WriteLogger:
    return structlog.WriteLogger(sys.stderr)  # as it is at that moment: it may have been replaced


def _is_allowed(name: str) -> bool:
    return name in _WORDS or _MEASURES.fullmatch(name) is not None


def _plain(value: object) -> Field:
    if value is None or isinstance(value, bool | int | float):
        return value
    line = " ".join(str(value).split())
    return _ADDRESS.sub(_MASK, line)[:_LONGEST]


def _exception(event_dict: MutableMapping[str, object]) -> BaseException | None:
    match event_dict.get("exc_info"):
        case BaseException() as error:
            return error
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exc_info()[1]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _described(error: BaseException) -> str:
    frames = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)][-_FRAMES:]
    places = (
        f"{_short(code.co_filename)}:{line} {code.co_name}" for code, line in reversed(frames)
    )
    return f"{type(error).__name__} ({' < '.join(places)})"


def _short(filename: str) -> str:
    return "/".join(PurePath(filename).parts[-3:])
