"""Compound files (MS-CFB), the containers of Office 97 to 2003, through olefile: streams by name, title and date."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import olefile

from intake.extract.content import own_title, stop
from intake.model import Problem

_STREAM_OCTETS = 64 * 2**20
# Windows code pages that Python knows by another name.
_CODE_PAGES = {1200: "utf-16-le", 10000: "mac_roman", 65001: "utf-8"}
_FIRST_DAY = date(1985, 1, 1)  # a clock that was never set says 1601 or 1980


class Compound:
    """One compound file; what is broken in it stops with UNREADABLE."""

    def __init__(self, octets: bytes) -> None:
        try:
            self._file = olefile.OleFileIO(BytesIO(octets))
        except (OSError, ValueError, IndexError, TypeError) as error:
            raise stop(Problem.UNREADABLE, "broken compound file") from error
        self._properties: olefile.OleMetadata | None = None

    def __contains__(self, name: str) -> bool:
        return bool(self._file.exists(name))

    def stream(self, name: str) -> bytes:
        """The octets of one stream; stops with TOO_LARGE or UNREADABLE."""
        try:
            size = self._file.get_size(name)
            if size > _STREAM_OCTETS:
                raise stop(Problem.TOO_LARGE, "a stream is too large")
            octets: bytes = self._file.openstream(name).read()
        except (OSError, ValueError, IndexError, TypeError) as error:
            raise stop(Problem.UNREADABLE, "broken compound file") from error
        return octets

    def title(self) -> str | None:
        """The title of the summary information (MS-OLEPS), None where a program and not a person wrote it."""
        title = self._summary().title
        if not isinstance(title, bytes):
            return None
        page = self._summary().codepage
        number = page % 65_536 if isinstance(page, int) else 1252
        try:
            return own_title(title.rstrip(b"\x00").decode(_CODE_PAGES.get(number, f"cp{number}")))
        except (LookupError, ValueError):
            return own_title(title.decode("cp1252", "replace"))

    def saved_on(self) -> date | None:
        """The day on which it was last saved."""
        moment = self._summary().last_saved_time
        if not isinstance(moment, datetime) or moment.date() < _FIRST_DAY:
            return None
        return moment.date()

    def _summary(self) -> olefile.OleMetadata:
        if self._properties is None:
            try:
                self._properties = self._file.get_metadata()
            except Exception:  # noqa: BLE001  # a broken property set is no reason not to read the document
                self._properties = olefile.OleMetadata()
        return self._properties
