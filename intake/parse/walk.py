"""Finds the leaves of a message in its raw octets: header blocks, boundaries, part paths. Nothing is decoded here.

Boundaries are looked for as octets, so that ten megabytes of base64 cost one search and no line is ever copied. Any
octets give at least one leaf; what was odd about them becomes a defect. RFC 2045, 2046 and 5322, as leniently as mail
in the wild needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from intake.parse.decode import ContentField, content_field

MAX_PARTS = 1_000
MAX_LEVELS = 100
MAX_HEADER_OCTETS = 256 * 1024
MAX_FIELD_OCTETS = 64 * 1024
_MAX_HEADER_LINES = 10_000
_MAX_PART_HEADER_LINES = 1_000
_MAX_LATE_FIELD_OCTETS = 8 * 1024
_MAX_LATE_FIELDS_OF_A_NAME = 4
_MAX_CANDIDATES = 100_000

_LINE_END = re.compile(rb"\r\n|\r")
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
# Past the next line end that no folded line follows.
_UNFOLDED = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?![ \t])")
# What a message cannot be read, vetted or answered without, however much stands in front of it.
_LATE_FIELD = re.compile(
    rb"[\r\n](from|sender|reply-to|to|cc|subject|date|message-id|in-reply-to|references|mime-version|"
    rb"content-(?:type|transfer-encoding|disposition|id)|return-path|delivered-to|auto-submitted|precedence|"
    rb"list-(?:id|unsubscribe|post)|x-auto-response-suppress|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_MARK = b"\xef\xbb\xbf"
_MBOX_LINE = re.compile(rb">?From [^\r\n]*(?:\r\n|\n|\r)")
_DELIMITER_TAIL = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-[A-Za-z-]{1,40}:", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RawField:
    """One header field as sent: its name, and its value with the folding still in it."""

    name: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A header block and the offset at which the body begins.

    `clean` says that a blank line ended it, `cut` that it was over its bounds and fields are missing.
    """

    fields: tuple[RawField, ...]
    body: int
    clean: bool = True
    cut: bool = False

    def first(self, name: str) -> bytes | None:
        """The topmost value of that name, given in lower case."""
        return next((entry.value for entry in self.fields if entry.name.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no parts: its header block, and where its body lies in the message.

    `within` are the media types of the multiparts around it, outermost first. `guessed` says that a boundary around it
    was made out from the octets, as the header named none that is there.
    """

    path: str
    block: Block
    content: ContentField
    body: int
    end: int
    within: tuple[str, ...]
    guessed: bool = False


@dataclass(slots=True)
class Tree:
    """What the walk found. `top` is the message's own header block; `start` skips blank lines and an mbox line."""

    start: int
    top: Block
    content: ContentField
    leaves: list[Leaf]
    defects: list[str]


def walk(octets: bytes) -> Tree:
    """The part tree of a message."""
    start = _first_field(octets)
    top = read_block(octets, start, len(octets))
    content = content_field(top.first("content-type"), "text/plain")
    tree = Tree(start=start, top=top, content=content, leaves=[], defects=[])
    if not top.clean:
        tree.defects.append("header-block-without-end")
    if top.cut or any(len(entry.value) >= MAX_FIELD_OCTETS for entry in top.fields):
        tree.defects.append("header-too-long")
    _descend(octets, tree, _Entity(top, content, len(octets), "", ()))
    return tree


def _first_field(octets: bytes) -> int:
    """Past what some sources leave in front of a message: a byte order mark, blank lines, one mbox separator or other line."""
    start = _first_line(octets, len(_MARK) if octets.startswith(_MARK) else 0)
    separator = _MBOX_LINE.match(octets, start)
    if separator:
        return _first_line(octets, separator.end())
    line = _LINE.match(octets, start)
    is_field = line is not None and _FIELD.match(line.group(1).lstrip(b" \t"))
    # The line end belongs to what is looked for.
    if line is None or is_field or not _LATE_FIELD.match(octets, max(line.end() - 1, 0)):
        return start
    return line.end()


def _first_line(octets: bytes, start: int) -> int:
    """Where the first line that is not blank begins."""
    rest = len(octets[start:].lstrip(b" \t\r\n"))
    shown = len(octets) - rest
    return max(start, octets.rfind(b"\n", start, shown) + 1, octets.rfind(b"\r", start, shown) + 1)


def read_block(octets: bytes, start: int, end: int, *, lines: int = _MAX_HEADER_LINES) -> Block:
    """The header fields from `start` on. A line that is no field ends the block, as if a blank line stood before it.

    A field is cut at its bound and the block read on behind it; where the block itself is over its bounds, what is left
    of it is dropped but for the fields that matter. No octet of a header ever counts as body.
    """
    fields: list[RawField] = []
    kept = 0
    position = start
    after_bare_return = False
    for _ in range(lines):
        if position >= end or kept >= MAX_HEADER_OCTETS:
            break
        line = _LINE.match(octets, position, end)
        if line is None or line.end() == position:
            break
        text = line.group(1)
        if not text:
            return Block(tuple(fields), line.end())
        # An indented first line cannot continue anything: some programs indent the field itself.
        name = _FIELD.match(text if fields else text.lstrip(b" \t"))
        position = line.end()
        after = line.group(2) == b"\r"
        if fields and (text[:1] in b" \t" or (after_bare_return and not name)):
            longer = fields[-1].value + b"\n" + text
            if len(longer) > MAX_FIELD_OCTETS:
                position = _behind_field(octets, line.end(1), end)
                after = octets[position - 1 : position] == b"\r"
            fields[-1] = RawField(fields[-1].name, longer[:MAX_FIELD_OCTETS])
        elif name:
            value = name.string[name.end() :][:MAX_FIELD_OCTETS]
            fields.append(RawField(name.group(1).decode("ascii"), value))
        elif not _MBOX_LINE.match(octets, line.start()):
            return Block(tuple(fields), line.start(), clean=False)
        kept += min(len(text), MAX_FIELD_OCTETS)
        after_bare_return = after
    if position >= end:
        return Block(tuple(fields), position)
    return _rest_of_block(octets, position, end, fields)


def _behind_field(octets: bytes, position: int, end: int) -> int:
    """Where the line begins that is the first behind a field."""
    found = _UNFOLDED.search(octets, position, end)
    return found.end() if found else end


def _rest_of_block(octets: bytes, position: int, end: int, fields: list[RawField]) -> Block:
    """A block that is over its bounds: the few fields that matter from the rest of it, up to the first blank line."""
    before = max(position - 1, 0)
    blanks = (octets.find(blank, before, end) for blank in (b"\n\n", b"\n\r", b"\r\r"))
    last = min((found for found in blanks if found >= 0), default=end)
    taken = Counter(entry.name.lower() for entry in fields)
    late: list[RawField] = []
    for found in islice(_LATE_FIELD.finditer(octets, before, last), _MAX_CANDIDATES):
        name = found.group(1).decode("ascii")
        taken[name.lower()] += 1
        if taken[name.lower()] <= _MAX_LATE_FIELDS_OF_A_NAME:
            value_end = min(_behind_field(octets, found.end(), last), last)
            value = octets[found.end() : min(value_end, found.end() + _MAX_LATE_FIELD_OCTETS)]
            late.append(RawField(name, _LINE_END.sub(b"\n", value.rstrip(b"\r\n"))))
    if last == end:
        return Block((*fields, *late), end, clean=False, cut=True)
    blank = _LINE.match(octets, last + 1, end)
    return Block((*fields, *late), blank.end() if blank else end, cut=True)


@dataclass(frozen=True, slots=True)
class _Entity:
    """A message or a part, before it is known whether it holds parts."""

    block: Block
    content: ContentField
    end: int
    path: str
    within: tuple[str, ...]
    guessed: bool = False


def _descend(octets: bytes, tree: Tree, entity: _Entity) -> None:
    """Add the leaves of an entity to the tree, in order."""
    if len(tree.leaves) >= MAX_PARTS:
        return
    media_type = entity.content.media_type
    parts = _parts(octets, tree, entity) if media_type.startswith("multipart/") else None
    if parts is None:
        tree.leaves.append(_leaf(entity))
        return
    guessed = entity.guessed or parts.guessed
    default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    within = (*entity.within, media_type)
    for number, (first, last) in enumerate(parts.spans, start=1):
        if len(tree.leaves) >= MAX_PARTS:
            tree.defects.append("too-many-parts")
            return
        block = read_block(octets, first, last, lines=_MAX_PART_HEADER_LINES)
        content = content_field(block.first("content-type"), default)
        path = f"{entity.path}.{number}" if entity.path else str(number)
        _descend(octets, tree, _Entity(block, content, last, path, within, guessed))


def _leaf(entity: _Entity) -> Leaf:
    return Leaf(
        entity.path or "1",
        entity.block,
        entity.content,
        entity.block.body,
        entity.end,
        entity.within,
        entity.guessed,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where the parts of a multipart lie, and whether its boundary was guessed."""

    spans: list[tuple[int, int]]
    guessed: bool


def _parts(octets: bytes, tree: Tree, entity: _Entity) -> _Parts | None:
    """Where the parts of a multipart lie; None where it cannot be divided and is one leaf."""
    if len(entity.within) >= MAX_LEVELS:
        tree.defects.append("too-many-levels")
        return None
    boundary = entity.content.boundary
    found = _delimiters(octets, entity, boundary) if boundary else []
    guessed = not any(not mark.closing for mark in found)
    if guessed:
        tree.defects.append(
            "start-boundary-not-found" if boundary else "multipart-without-boundary"
        )
        near = min(entity.end, entity.block.body + MAX_HEADER_OCTETS)
        guess = _GUESSED_BOUNDARY.search(octets, entity.block.body, near)
        if guess is None:
            return None
        found = _delimiters(octets, entity, guess.group(1))
    if len(found) > MAX_PARTS:
        tree.defects.append("too-many-parts")
    elif not found[-1].closing:
        tree.defects.append("close-boundary-not-found")
    return _Parts(list(_between(found, entity.end)), guessed)


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A boundary line: where the line end that belongs to it begins, where the line ends, and which of the two it is."""

    start: int
    end: int
    closing: bool


def _delimiters(octets: bytes, entity: _Entity, boundary: bytes) -> list[_Delimiter]:
    """The boundary lines of a multipart, up to the closing one; lines may end with a bare CR."""
    found = _delimiter_lines(octets, entity, b"\n--" + boundary)
    return found or _delimiter_lines(octets, entity, b"\r--" + boundary)


def _delimiter_lines(octets: bytes, entity: _Entity, needle: bytes) -> list[_Delimiter]:
    found: list[_Delimiter] = []
    first = entity.block.body
    after = max(first - 1, 0)  # the line end before the body counts, too
    for _ in range(_MAX_CANDIDATES):
        position = octets.find(needle, after, entity.end)
        if position < 0 or len(found) > MAX_PARTS:
            break
        after = position + len(needle)
        tail = _DELIMITER_TAIL.match(octets, after, entity.end)
        if tail:
            start = _line_end_before(octets, position + 1, first)
            found.append(_Delimiter(start, tail.end(), closing=bool(tail.group(1))))
            if tail.group(1):
                break
            after = tail.end() - 1
    return found


def _line_end_before(octets: bytes, position: int, first: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if octets[max(first, position - 2) : position] == b"\r\n":
        return position - 2
    return position - 1 if position > first else position


def _between(marks: list[_Delimiter], end: int) -> Iterator[tuple[int, int]]:
    """What lies between boundary lines; two in a row enclose nothing."""
    for number, mark in enumerate(marks):
        if mark.closing:
            return
        last = marks[number + 1].start if number + 1 < len(marks) else end
        if last > mark.end:
            yield mark.end, last
        elif number + 1 == len(marks) or marks[number + 1].start == mark.end:
            yield mark.end, mark.end
