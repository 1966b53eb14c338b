"""What single values of the configuration may be, each said in one plain sentence where it may not.

Every check is a pydantic validator without any knowledge of its key. Those that need to know where the file lies, or
what other sections name, find that in `Surroundings`, which the loader hands in as the validation context.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WrapValidator

from intake.holidays import canonical
from intake.hours import hours_of, weekly_of
from intake.kinds import MOST_EXAMPLES, mistakes_of
from intake.model import Address, normalise_address

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ADDRESS = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
"""A language tag (RFC 5646) without its rarer parts; it is also the name of a file."""
_HOST = re.compile(
    r"(\*\.)?(?P<name>[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){1,9})(:(?P<port>[0-9]{1,5}))?\Z"
)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}\Z")
_LISTENER = re.compile(
    r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253}):(?P<port>[1-9][0-9]{0,4})\Z"
)
_LONGEST_SILENCE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a value can only be judged by: the file's folder, the kinds that exist, the checklists that are named.

    `imap_folder` is where the first source takes mail from, None where that is no IMAP server.
    """

    folder: Path
    kinds: frozenset[str]
    checklists: tuple[str, ...]
    imap_folder: str | None = None


def surroundings(info: ValidationInfo) -> Surroundings | None:
    """The surroundings of the value that is being judged; None where settings are made by hand."""
    context: object = info.context
    return context if isinstance(context, Surroundings) else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """A tail that asks ", did you mean …?" where one of the known words is close, else nothing."""
    close = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f", did you mean {close[0]}?" if close else ""


def at_least(least: int, why: str = "") -> WrapValidator:
    """A whole number that is not smaller; true and false are no numbers here."""

    def check(value: object, handler: Callable[[object], int]) -> int:
        if isinstance(value, bool):
            raise ValueError(f"{str(value).lower()} is not a number")  # noqa: TRY004  # pydantic collects ValueErrors
        number = handler(value)
        if number < least:
            raise ValueError(f"{number} is under {least}" + (f", {why}" if why else ""))
        return number

    return WrapValidator(check)


def not_yet(what: str, *allowed: object) -> AfterValidator:
    """Refuse what would not happen yet; `allowed` are the default and what amounts to it."""

    def check(value: object) -> object:
        if value not in allowed:
            raise ValueError(f"{what} yet; leave this at its default")
        return value

    return AfterValidator(check)


def _address(value: str) -> Address:
    if not _ADDRESS.match(value.strip()):
        raise ValueError("is not an e-mail address like intake@studio.example")
    return normalise_address(value)


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            "is not a time zone, use a name like Europe/Berlin or America/New_York"
        ) from error
    return value


def _month(value: object) -> object:
    """A month's number for its name (three letters or more), numbers as they are."""
    if not isinstance(value, str) or value.strip().isdigit():
        return value
    word = value.strip().lower()
    matching = [
        number
        for number, month in enumerate(MONTHS, start=1)
        if len(word) >= 3 and month.startswith(word)
    ]
    if not matching:
        raise ValueError(f"{value!r} is not a month{suggestion(word, MONTHS)}")
    return matching[0]


def _of_twelve(value: int) -> int:
    if not 1 <= value <= 12:
        raise ValueError(f"{value} is not a month, use january to december")
    return value


def rising_days(value: tuple[int, ...]) -> tuple[int, ...]:
    """Days of silence, each later than the one before and none further off than a year."""
    if any(later <= earlier for earlier, later in pairwise(value)):
        raise ValueError("are not in order, give each day once and the earliest first")
    if value and value[-1] > _LONGEST_SILENCE_DAYS:
        raise ValueError(f"{value[-1]} is over {_LONGEST_SILENCE_DAYS}, the most days of silence")
    return value


def some_weekdays(value: tuple[str, ...]) -> tuple[str, ...]:
    """At least one day of the week."""
    if not value:
        raise ValueError("is empty, no reminder could leave; after_days: [] sends none")
    return value


def _port(value: int) -> int:
    if value > 65_535:
        raise ValueError(f"{value} is over 65535, the last port there is")
    return value


def absolute(path: Path, info: ValidationInfo) -> Path:
    """The path, taken from the configuration file's folder where it is relative."""
    around = surroundings(info)
    return (around.folder if around else Path.cwd()) / path.expanduser()


def _example(value: Path, info: ValidationInfo) -> Path:
    """A file that shows what an own kind looks like; what is in it is read later, in a guarded child."""
    path = absolute(value, info)
    if not path.exists():
        raise ValueError(f"there is no file {path}")
    if not path.is_file():
        raise ValueError(f"{path} is not a file, name each example")
    if not os.access(path, os.R_OK):
        raise ValueError(f"{path} cannot be read by this user")
    return path


def few_examples(value: tuple[Path, ...]) -> tuple[Path, ...]:
    """At most twenty different files."""
    if len(value) > MOST_EXAMPLES:
        raise ValueError(f"are {len(value)} files, keep the {MOST_EXAMPLES} that are most typical")
    repeated = next((path for path in value if value.count(path) > 1), None)
    if repeated is not None:
        raise ValueError(f"name {repeated} twice")
    return value


def _folder(value: Path, info: ValidationInfo) -> Path:
    if value == Path():
        raise ValueError("is empty, name a folder")
    return absolute(value, info)


def blob_url(value: str, info: ValidationInfo) -> str:
    """`s3://bucket/prefix` without a trailing slash, or an absolute folder."""
    text = value.strip()
    scheme, separator, rest = text.partition("://")
    if not text:
        raise ValueError("is empty, use s3://bucket/prefix or a folder")
    if separator and scheme == "s3":
        if not rest.partition("/")[0]:
            raise ValueError("names no bucket, use s3://bucket/prefix")
        return text.rstrip("/")
    if separator and scheme != "file":
        raise ValueError("is neither s3://bucket/prefix nor a folder")
    return str(absolute(Path(unquote(rest) if separator else text), info))


def database_url(value: str, info: ValidationInfo) -> str:
    """A SQLAlchemy URL; a SQLite file is made absolute, PostgreSQL gets the driver that we bring."""
    scheme, separator, rest = value.strip().partition("://")
    if separator and scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    if not separator or scheme != "sqlite":
        raise ValueError("is neither sqlite:///intake.db nor postgresql+psycopg://…")
    file, mark, query = rest.removeprefix("/").partition("?")
    if not rest.startswith("/") or file in {"", ":memory:"}:
        raise ValueError(
            "names no file, a database in memory would forget; use sqlite:///intake.db"
        )
    return f"sqlite:///{absolute(Path(file), info)}{mark}{query}"


def loopback_if_plain(security: str, info: ValidationInfo) -> str:
    """Refuse to send passwords and mail in clear over a network."""
    host = info.data.get("host")
    if security == "plain" and isinstance(host, str) and not is_loopback(host):
        raise ValueError("plain is for this machine only (localhost), use tls or starttls")
    return security


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine, told without asking DNS."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _fetch_host(value: str) -> str:
    """A host whose files may be fetched, in the form in which it goes over the wire; `*.` before it for those below."""
    text = value.strip().lower().rstrip(".")
    if "/" in text:
        raise ValueError("is an address, name the host alone, like drive.google.com")
    try:
        found = _HOST.match(text.encode("idna").decode("ascii"))
    except UnicodeError:
        found = None
    if found is None or int(found["port"] or 443) not in range(1, 65_536):
        raise ValueError("is not a host like drive.google.com or *.dl.dropboxusercontent.com")
    if _is_number(found["name"]):
        raise ValueError("is the number of a machine, name the host")
    return found[0]


def _is_number(name: str) -> bool:
    return name.replace(".", "").isdigit()


def _clamd(value: str) -> str:
    """Where a clamd listens; there is no default port, since it listens only where its own configuration says."""
    text = value.strip()
    scheme, _, path = text.partition(":")
    if scheme == "unix" and Path(path).is_absolute():
        return text
    found = _LISTENER.match(text)
    if found is None:
        raise ValueError("is neither host:port, like 127.0.0.1:3310, nor unix:/path")
    _port(int(found["port"]))
    return text


def _https_url(value: str) -> str:
    """An address to which secrets may be sent: over TLS, or on this machine."""
    try:
        parts = urlsplit(value.strip())
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        scheme, host = "", ""
    if not host or scheme not in {"https", "http"}:
        raise ValueError("is not an address like https://login.example/token")
    if scheme == "http" and not is_loopback(host):
        raise ValueError("http is for this machine only, use https")
    return value.strip()


def callable_url(value: str) -> str:
    """An address that may be called: over TLS, or on this machine; without a password in it."""
    if "@" in urlsplit(_https_url(value)).netloc:
        raise ValueError("holds a name or a password before an @, the signature takes their place")
    return value.strip()


def empty_is_none(value: object) -> object:
    """Nothing for "", so that `${NAME:-}` may stand there."""
    return None if value == "" else value


def _tenant(value: str) -> str:
    if not _TENANT.match(value.strip()):
        raise ValueError("is neither a directory's id nor its domain, like studio.onmicrosoft.com")
    return value.strip()


def _bind(value: str) -> str:
    """An address of this machine and a port; 0 is any port that is free."""
    host, _, port = value.strip().rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    try:
        known = bare == "localhost" or bool(ip_address(bare))
    except ValueError:
        known = False
    if not known or not port.isdecimal() or int(port) > 65_535 or (":" in bare) == (bare == host):
        raise ValueError("is not an address and a port of this machine, like 127.0.0.1:9108")
    return f"{host}:{int(port)}"


def on_the_first_source(value: str | None, info: ValidationInfo) -> str | None:
    """A folder on the IMAP server that the first source is; None for none."""
    around = surroundings(info)
    if value is None or around is None:
        return value
    if around.imap_folder is None:
        raise ValueError("needs an IMAP server as the first source, or leave this at null")
    if value.lower() == around.imap_folder.lower():
        raise ValueError("is where mail comes in, name another folder, like Sent")
    return value


def known_kind(value: str, info: ValidationInfo) -> str:
    """A kind that is built in or stands under `kinds`."""
    around = surroundings(info)
    if around and value not in around.kinds:
        raise ValueError(f"{value!r} is not a kind{suggestion(value, around.kinds)}")
    return value


def known_checklist(value: str | None, info: ValidationInfo) -> str | None:
    """A checklist that stands under `checklists`."""
    around = surroundings(info)
    if value is not None and around and value not in around.checklists:
        raise ValueError(f"{value!r} is not a checklist{suggestion(value, around.checklists)}")
    return value


def _name(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError(
            f"{value!r} is no name, use lower-case letters, digits, hyphens and underscores"
        )
    return value


def _kind_name(value: str) -> str:
    mistakes = mistakes_of(value, label=value)
    if mistakes:
        raise ValueError("; ".join(mistakes))
    return value


def _languages(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("is empty, name one language at least, like en")
    for language in value:
        if not _LANGUAGE.fullmatch(language):
            raise ValueError(f"{language!r} is no language, write it like en, de or pt-BR")
    if len(set(value)) < len(value):
        raise ValueError("names a language twice")
    return value


ADDRESS = AfterValidator(_address)
BIND = AfterValidator(_bind)
CLAMD = AfterValidator(_clamd)
EXAMPLE = AfterValidator(_example)
FETCH_HOST = AfterValidator(_fetch_host)
FILLED = AfterValidator(_filled)
FOLDER = AfterValidator(_folder)
HOLIDAYS = AfterValidator(canonical)
HOURS = BeforeValidator(hours_of)
HTTPS_URL = AfterValidator(_https_url)
KIND_NAME = AfterValidator(_kind_name)
LANGUAGES = AfterValidator(_languages)
MONTH_NAME = BeforeValidator(_month)
MONTH = AfterValidator(_of_twelve)
NAME = AfterValidator(_name)
PORT = AfterValidator(_port)
TENANT = AfterValidator(_tenant)
TIMEZONE = AfterValidator(_timezone)
WEEKLY = BeforeValidator(weekly_of)
