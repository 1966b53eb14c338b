"""Zip packages of Office files (OPC, ODF), opened without trusting a word they say.

Inflated octets are counted as they come, not read off the headers, and XML with a document type is refused, so that
neither a zip bomb nor an entity bomb gets further than this module.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from intake.extract.content import own_title, stop
from intake.model import Problem

Element = ET.Element

_PART_OCTETS = 64 * 2**20
_XML_OCTETS = 32 * 2**20
_PACKAGE_OCTETS = 192 * 2**20
_ENTRIES = 20_000
_PROLOG_OCTETS = 65_536
_CHUNK_OCTETS = 16_384
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "modified": "{http://purl.org/dc/terms/}modified",
    "created": "{http://purl.org/dc/terms/}created",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a package, inflated."""

    name: str = field(repr=False)
    octets: bytes = field(repr=False)


class Package:
    """One zip package; `read` may be called for any name and counts toward one bound."""

    def __init__(self, octets: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(octets))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise stop(Problem.UNREADABLE, "broken package") from error
        entries = self._zip.infolist()
        if len(entries) > _ENTRIES:
            raise stop(Problem.TOO_LARGE, "too many package parts")
        self._entries = {entry.filename: entry for entry in entries}
        self._left = _PACKAGE_OCTETS
        self._properties: Element | None = None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def names(self, prefix: str) -> tuple[str, ...]:
        """The names of parts that begin so, in the order of the package."""
        return tuple(name for name in self._entries if name.startswith(prefix))

    def read(self, name: str) -> bytes:
        """The inflated octets of one part; stops with TOO_LARGE, LOCKED or UNREADABLE."""
        entry = self._entries.get(name)
        if entry is None:
            raise stop(Problem.UNREADABLE, "a package part is missing")
        if entry.flag_bits & 1:
            raise stop(Problem.LOCKED)
        if entry.compress_type not in _METHODS:
            raise stop(Problem.UNREADABLE, "unknown compression")
        bound = min(self._left, _PART_OCTETS)
        try:
            with self._zip.open(entry) as stream:
                octets = stream.read(bound + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise stop(Problem.UNREADABLE, "broken package") from error
        if len(octets) > bound:
            raise stop(Problem.TOO_LARGE, "inflates too far")
        self._left -= len(octets)
        return octets

    def parts(self, *suffixes: str) -> Iterator[Part]:
        """Inflate and count every part so named, for the sake of readers that open the package by themselves."""
        for name in self._entries:
            if name.endswith(suffixes):
                yield Part(name, self.read(name))

    def xml(self, name: str) -> Element:
        """The root element of one XML part; stops with UNREADABLE where it is none."""
        return parse_xml(self._xml_octets(name))

    def elements(self, name: str, tag: str) -> Iterator[Element]:
        """The elements so named in one XML part, as they are parsed: what lies behind the last one taken never is."""
        yield from elements_of(self._xml_octets(name), tag)

    def related(self, name: str) -> dict[str, str]:
        """The parts that a part points to, by relationship id (OPC 9.3); none where it points nowhere."""
        folder, base = posixpath.split(name)
        path = posixpath.join(folder, "_rels", f"{base}.rels")
        if path not in self:
            return {}
        return {
            entry.get("Id", ""): _resolve(folder, entry.get("Target", ""))
            for entry in self.xml(path).iter(_RELATIONSHIP)
            if entry.get("TargetMode") != "External"
        }

    def core_title(self) -> str | None:
        """The title of the core properties (OPC 11), None where there is none."""
        return own_title(unescaped(self._core("title") or ""))

    def core_date(self) -> date | None:
        """The day of the last change, else of creation."""
        return day(self._core("modified")) or day(self._core("created"))

    def _core(self, name: str) -> str | None:
        if "docProps/core.xml" not in self:
            return None
        if self._properties is None:
            self._properties = self.xml("docProps/core.xml")
        return self._properties.findtext(_CORE[name])

    def _xml_octets(self, name: str) -> bytes:
        octets = self.read(name)
        if len(octets) > _XML_OCTETS:
            raise stop(Problem.TOO_LARGE, "too much XML")
        return octets


def parse_xml(octets: bytes) -> Element:
    """The root element. A document type is refused before anything of it is expanded: Office files have none."""
    try:
        _refuse_document_type(octets)
        return ET.fromstring(octets)  # noqa: S314  # nothing with a document type comes here
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:
        raise stop(Problem.UNREADABLE, "broken XML") from error


def elements_of(octets: bytes, tag: str) -> Iterator[Element]:
    """The elements so named, in the order of their ends, as `parse_xml` would give them, but only as far as asked."""
    parser: ET.XMLPullParser[Element] = ET.XMLPullParser(("end",))
    try:
        _refuse_document_type(octets)
        for start in range(0, len(octets), _CHUNK_OCTETS):
            parser.feed(octets[start : start + _CHUNK_OCTETS])
            ended = (event[-1] for event in parser.read_events())
            yield from (
                entry for entry in ended if isinstance(entry, ET.Element) and entry.tag == tag
            )
        parser.close()
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:
        raise stop(Problem.UNREADABLE, "broken XML") from error


def unescaped(text: str) -> str:
    """Text of Office as it is meant: _x000B_ is the character of that number, _x005F_ an underline (ST_Xstring, 22.9.2.19).

    XML cannot hold most control characters, so Office writes them so: a line break within a title is one.
    """
    return _ESCAPE.sub(_meant, text) if "_x" in text else text


def _meant(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def day(text: str | None) -> date | None:
    """The calendar day at the start of an ISO 8601 date and time, None where there is none."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


class _PrologOver(Exception):  # noqa: N818  # not an error: it ends the parser early
    """The root element has begun: no document type can come any more (XML 1.0, 2.8)."""


def _refuse_document_type(octets: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _on_document_type
    parser.StartElementHandler = _on_element
    try:
        parser.Parse(octets[:_PROLOG_OCTETS], False)
        parser.Parse(octets[_PROLOG_OCTETS:], True)
    except _PrologOver:
        return


def _on_document_type(_name: str, _system: str | None, _public: str | None, _subset: int) -> None:
    raise stop(Problem.UNREADABLE, "XML with a document type")


def _on_element(_name: str, _attributes: dict[str, str]) -> None:
    raise _PrologOver


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
