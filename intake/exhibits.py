"""What one message brings: its parts and links, and every document in them, open in children that read it.

Writes nothing. What a document is comes from the child that holds it, then from what people showed and said before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from intake import links as addresses
from intake.config import Settings
from intake.decoration import is_decoration
from intake.errors import PermanentError
from intake.fetch import FilesBehind
from intake.kinds import ExampleFile, built_in
from intake.lessons import Newcomer, learned
from intake.model import (
    Address,
    Fate,
    InboundMessage,
    LinkFound,
    Part,
    Project,
    Sha256,
    SortedPart,
)
from intake.orders import Examined, documents_of
from intake.reader import OpenMessage, Reader
from storage.blobs import Store
from storage.ledger import Ledger
from storage.values import Example


class Exhibits:
    """The parts, links and documents of one message. Close it when done."""

    def __init__(
        self,
        opened: OpenMessage,
        *,
        settings: Settings,
        ledger: Ledger,
        blobs: Store,
        reader: Reader,
    ) -> None:
        self._settings, self._ledger, self._blobs, self._reader = settings, ledger, blobs, reader
        self._opened = opened
        self._linked: tuple[OpenMessage, ...] = ()
        """The files behind links, each open in a child of its own."""

    @property
    def message(self) -> InboundMessage:
        """The message that brings them."""
        return self._opened.message

    @cached_property
    def links(self) -> tuple[LinkFound, ...]:
        """The addresses in what the sender wrote, and in what was forwarded."""
        return tuple(addresses.judge(url, around=self.message.text) for url in self.message.links)

    @cached_property
    def parts(self) -> tuple[SortedPart, ...]:
        """All parts; a small picture that comes again and again with this sender's mail is no document."""
        sender = self.message.sender
        small = {entry.part.sha256 for entry in self._opened.parts if entry.part.small_picture}
        if not small or sender is None:
            return self._opened.parts
        seen = self._ledger.messages.unwanted_before(sender.address, small)
        return tuple(
            replace(entry, fate=Fate.SIGNATURE_IMAGE)
            if entry.fate is Fate.DOCUMENT
            and is_decoration(entry.part, seen.get(entry.part.sha256, 0))
            else entry
            for entry in self._opened.parts
        )

    @property
    def documents(self) -> tuple[Part, ...]:
        """The parts that are documents, each once."""
        return documents_of(self.parts)

    def close(self) -> None:
        """End the children."""
        for opened in (self._opened, *self._linked):
            opened.close()

    def fetch(
        self, get: Callable[[Sequence[LinkFound]], FilesBehind], *, received_on: date
    ) -> None:
        """Get the files behind the links, and have each read as if it had been attached."""
        behind = get(self.links)
        self.links = behind.links
        for part in behind.parts:
            self.parts = (*self.parts, *self._opened_file(part, received_on))

    def _opened_file(self, part: Part, received_on: date) -> tuple[SortedPart, ...]:
        """What a file from elsewhere is and holds; one over which its child dies costs only itself."""
        opened = self._reader.open_linked(self.message, part, received_on=received_on)
        try:
            entries = opened.parts
        except PermanentError:
            opened.close()
            return (SortedPart(part, Fate.UNREADABLE),)
        self._linked = (*self._linked, opened)
        return entries

    def octets(self, part: Part) -> bytes:
        """A part's content."""
        return self._holder(part).octets(part.path)

    def _holder(self, part: Part) -> OpenMessage:
        """Whose child holds a part."""
        return next(
            (
                opened
                for opened in self._linked
                if any(entry.part.path == part.path for entry in opened.parts)
            ),
            self._opened,
        )

    # ------------------------------------------------------------ what the documents are

    def examined_for(
        self, project: Project, sender: Address, fresh: Sequence[Part]
    ) -> dict[Sha256, Examined]:
        """What each document is, by SHA-256; those that are `fresh` to the project as its people have taught it."""
        examined = self._examined | self._compared(fresh, project)
        return examined | self._learned(fresh, examined, project, sender)

    @cached_property
    def _examined(self) -> dict[Sha256, Examined]:
        """What the children found in each document."""
        sha256 = {entry.part.path: entry.part.sha256 for entry in self.parts}
        examined: dict[Sha256, Examined] = {}
        for opened in (self._opened, *self._linked):
            for found in opened.examined():
                examined[sha256[found.path]] = found
                self._ledger.beat()  # a long message stays this worker's while it moves
        return examined

    def _compared(self, parts: Sequence[Part], project: Project) -> dict[Sha256, Examined]:
        """The new documents, compared with what this client's people showed of own kinds too; nothing where they did not."""
        own = {spec.kind for spec in self._settings.own_kinds}
        of_client = self._ledger.lessons.examples(project.client.id) if parts and own else ()
        shown = [entry for entry in of_client if entry.kind in own]
        if not shown:
            return {}
        taught = [read for entry in reversed(shown) if (read := self._example(entry))]
        profiles = self._reader.profiles_with(taught)
        return {
            part.sha256: self._holder(part).examine_again(part, profiles)
            for part in parts
            if self._examined[part.sha256].classification.problem is None
        }

    def _example(self, example: Example) -> ExampleFile | None:
        """What a document that a person sorted shows; None where its octets are gone."""
        blob = example.blob
        if blob is None:
            return None
        try:
            return self._reader.example(
                example.sha256,
                lambda: self._blobs.get(blob),
                kind=example.kind,
                filename=example.filename,
            )
        except PermanentError:
            return None

    def _learned(
        self,
        parts: Sequence[Part],
        examined: Mapping[Sha256, Examined],
        project: Project,
        sender: Address,
    ) -> dict[Sha256, Examined]:
        """The new documents as the lessons within reach have them; nothing where there is no lesson."""
        reach = self._ledger.lessons.within_reach(project, sender) if parts else ()
        kinds = {spec.kind for spec in (*built_in(), *self._settings.own_kinds)}
        lessons = [lesson for lesson in reach if lesson.kind in kinds]
        known: dict[Sha256, Examined] = {}
        for part in parts if lessons else ():
            seen = examined[part.sha256]
            read = seen.classification
            name = part.filename or read.title or ""
            newcomer = Newcomer(name, part.sha256, seen.sketch, read)
            decided = learned(newcomer, lessons, project, sender=sender)
            if decided.kind != read.kind:
                decided = self._holder(part).read_time(part, decided)
            known[part.sha256] = replace(seen, classification=decided)
        return known
