"""Where blobs lie and under which names: pure functions from a project, a file name and a SHA-256 to a key.

A key is stable, readable and safe for S3 and for every file system: ASCII, bounded, no dots in front. Nothing that a
sender wrote reaches a key but through `_slug`, and nothing of a confidential document does but its SHA-256.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

from intake.errors import PermanentError
from intake.model import BlobKey, Project, Sha256

CONFIDENTIAL = "confidential/"
"""What the keys of confidential documents begin with."""
_KEY_OCTETS = 1024  # S3's bound for a whole key
_COMPONENT_OCTETS = 255  # that of every file system in use for one name
_FILENAME_OCTETS = 80
_FOLDER_OCTETS = 40
_SHOWN_OCTETS = 200

# Letters that NFKD does not take apart.
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "\u0131": "i"}
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_EXTENSION = re.compile(r"(?P<stem>.*)\.(?P<extension>[A-Za-z0-9]{1,10})", re.DOTALL)
_PLAIN_TOKEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{16})(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The two pages that explain a project's folder, for people and for programs."""

    html: BlobKey = field(repr=False)
    json: BlobKey = field(repr=False)


def raw_key(sha256: Sha256) -> BlobKey:
    """The key of a message as it was received."""
    return BlobKey(f"raw/{sha256[:2]}/{sha256}.eml")


def document_key(
    project: Project, *, filename: str | None, sha256: Sha256, confidential: bool
) -> BlobKey:
    """The key of a document: the same name and octets in the same project have the same one.

    The kind is no part of it, since people relabel. A confidential document's key tells ids and its SHA-256, no name.
    """
    if confidential:
        return BlobKey(f"{confidential_folder(project)}{sha256}")
    return BlobKey(f"{_folder(project)}/{_safe_filename(filename or '', sha256)}")


def confidential_folder(project: Project) -> str:
    """What the keys of a project's confidential documents begin with."""
    return f"{CONFIDENTIAL}{project.client.id}/{project.id}/"


def is_concealed(key: BlobKey) -> bool:
    """Whether a key is that of a confidential document."""
    return key.startswith(CONFIDENTIAL)


def index_keys(project: Project) -> IndexKeys:
    """The keys of the project's `index.html` and `index.json`."""
    folder = _folder(project)
    return IndexKeys(html=BlobKey(f"{folder}/index.html"), json=BlobKey(f"{folder}/index.json"))


def components(key: BlobKey) -> tuple[str, ...]:
    """The parts of a key between its slashes; PermanentError unless each is safe as the name of a file."""
    parts = tuple(key.split("/"))
    if not all(map(_is_safe, parts)) or len(key.encode(errors="replace")) > _KEY_OCTETS:
        raise PermanentError(f"{label(key)} has an unsafe key, so nothing was read or written.")
    return parts


def label(key: BlobKey) -> str:
    """How errors name a blob: by digits of a SHA-256, never by the client's or the file's name."""
    if digest := _DIGEST.search(key.rpartition("/")[2]):
        return f"blob {digest[0][:16]}"
    return f"blob #{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:12]}"


def shown_name(filename: str) -> str:
    """A sender's file name for people's eyes: one line, no invisible or direction-changing characters, bounded."""
    visible = "".join(
        " " if letter in "\t\r\n" else letter
        for letter in filename
        if letter in "\t\r\n" or unicodedata.category(letter) not in _INVISIBLE
    )
    stem, dot, extension = _split(" ".join(visible.split()))
    room = _SHOWN_OCTETS - len(dot + extension)
    return stem.encode()[:room].decode(errors="ignore") + dot + extension or "document"


def readable_name(filename: str) -> str:
    """A sender's file name for a folder that people look into: ASCII, bounded, no path, no dots in front."""
    name = re.split(r"[/\\]", filename)[-1]
    stem, dot, extension = _split(name.rstrip(" ."))
    limit = _FILENAME_OCTETS - len(dot + extension)
    return f"{_slug(stem, limit=limit) or 'document'}{dot}{extension.lower()}"


def _is_safe(part: str) -> bool:
    try:
        octets = len(part.encode())
    except UnicodeEncodeError:
        return False
    return (
        0 < octets <= _COMPONENT_OCTETS
        and part not in {".", ".."}
        and "\\" not in part
        and not any(unicodedata.category(letter) in _INVISIBLE for letter in part)
    )


def _folder(project: Project) -> str:
    """The client's id and the project's token are in it, so that names which look alike never meet."""
    client = _slug(project.client.name, limit=_FOLDER_OCTETS).lower() or "client"
    title = _slug(project.title, limit=_FOLDER_OCTETS).lower() or "project"
    return f"clients/{client}-{project.client.id}/{title}--{_token(project)}"


def _token(project: Project) -> str:
    if len(project.token) <= _FILENAME_OCTETS and _PLAIN_TOKEN.fullmatch(project.token):
        return project.token
    # A dot is in no plain token, so the id keeps this apart from all others.
    return f"{_slug(project.token, limit=_FOLDER_OCTETS).lower()}.{project.id}"


def _safe_filename(filename: str, sha256: Sha256) -> str:
    name = re.split(r"[/\\]", filename)[-1]
    stem, dot, extension = _split(name.rstrip(" ."))
    limit = _FILENAME_OCTETS - len(dot + extension)
    return f"{_slug(stem, limit=limit) or 'document'}--{sha256[:16]}{dot}{extension.lower()}"


def _split(name: str) -> tuple[str, str, str]:
    """Stem, dot and extension; the last two are empty where there is no short plain extension."""
    if found := _EXTENSION.fullmatch(name):
        return found["stem"], ".", found["extension"]
    return name, "", ""


def _slug(text: str, *, limit: int) -> str:
    """ASCII letters, digits, dots, underscores and single dashes; may be empty."""
    flat = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    plain = "".join(letter for letter in flat if not unicodedata.combining(letter))
    dashed = re.sub(r"[^A-Za-z0-9._]+", "-", plain)
    return re.sub(r"\.{2,}|-{2,}", "-", dashed).strip("-._")[:limit].rstrip("-._")
