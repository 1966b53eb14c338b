"""What is killed where: desks with all kinds of work before them, every point of it, and what came of each kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from intake.demo import documents
from intake.instants import Instant
from intake.model import (
    Address,
    BlobKey,
    BlobNote,
    Fate,
    HoldReason,
    Kind,
    LetterKind,
    Locator,
    Mailbox,
    OutboundMessage,
    ProjectId,
    Secrecy,
    Sha256,
    Token,
)
from storage import schema
from storage.blobs import Store, raw_key
from storage.directory import ProjectChange
from storage.ledger import Ledger
from storage.values import NewMessage
from tests.crashing import COMMITTED, COMMITTING, NAMED, NAMING, Crashing, Decision, Life, Point
from tests.desks import CONTACT, DESK, FREELANCER, TODAY, TOKEN, engagement, letter
from tests.ledgers import (
    NOON,
    accepted,
    claimed,
    document,
    engage,
    held,
    inbound,
    intent,
    sha256_of,
)
from tests.worlds import Place, Stage, World, Worlds, worlds

SPRING = Token("spring")
JONAS = Address("jonas@larkfield.example")
DOUBTS = (Instant.FROZEN, Instant.LEFT)
"""Only between these two is it unknown whether a letter has left."""


# ---------------------------------------------------------------- the desks


def engaged(ledger: Ledger, store: Store) -> tuple[Decision, ...]:
    """A client with a project; nobody has anything to decide."""
    del store
    engagement(ledger)
    return ()


def _mail() -> tuple[bytes, ...]:
    """Two documents and a link; a stranger's, which is held; a newer version and a duplicate; a kickoff with a document.

    The kickoff is to a client that is known: ids of clients that were made in vain are used up, and stand in blob keys.
    """
    calendar = documents.event_sheet(TODAY)
    older = documents.quarterly_roadmap_sheet(TODAY - timedelta(days=40))
    words = (
        "Hello Fay,\n\nhere they are, and https://blog.halden.example/2026/10/how-we-test too.\n"
    )
    return (
        letter(
            number=1,
            text=words,
            attach=[older, calendar],
        ),
        letter(number=2, sender="Eve <eve@elsewhere.example>", attach=[calendar]),
        letter(number=3, attach=[documents.quarterly_roadmap_sheet(TODAY), calendar]),
        letter(
            number=4,
            sender=FREELANCER,
            to=f"{CONTACT}, leo@halden.example",
            subject="Trade fair",
            attach=[calendar],
            fields=[("Cc", DESK)],
        ),
    )


def _to_decide(ledger: Ledger, store: Store) -> tuple[Decision, ...]:
    """Documents, messages and letters that wait for a person, and the person's word on each."""
    _two_clients(ledger)
    _hold_documents(ledger, store)
    _hold_messages(ledger, store)
    _hold_letters(ledger)
    numbers = [entry.id for entry in ledger.holds.waiting()]
    words = (
        ("accept", ""),
        ("relabel", "brand_guide"),
        ("reassign", SPRING),
        ("reject", ""),
        ("release", ""),
        ("release", ""),
        ("reassign", SPRING),
        ("reject", ""),
        ("release", ""),
        ("reject", ""),
    )
    return tuple(
        Decision(action, number, value)
        for number, (action, value) in zip(numbers, words, strict=True)
    )


def _two_clients(ledger: Ledger) -> None:
    """One has two projects, the other a domain of its own."""
    engagement(ledger)
    engagement(ledger, token=SPRING, title="Spring fair")
    ledger.directory.add_client(
        "Larkfield", contacts=[Address("mira@gmail.com")], domains=["larkfield.example"]
    )
    engage(ledger)


def _hold_documents(ledger: Ledger, store: Store) -> None:
    standing = ledger.standing(ledger.directory.project(TOKEN).id)
    unsure = [document(number, f"paper {number}", fate=Fate.UNSURE) for number in (1, 2, 3, 4)]
    for entry in unsure:
        assert entry.blob is not None
        store.put(entry.blob, f"paper {entry.number}".encode(), BlobNote("application/pdf"))
    ledger.messages.settle(
        claimed(ledger, "papers"), accepted(standing, "papers", documents=unsure)
    )


def _to_offer(ledger: Ledger, store: Store) -> tuple[Decision, ...]:
    """A project with documents, one of them confidential, and a new one of the same client that was offered nothing yet."""
    engagement(ledger)
    standing = ledger.standing(ledger.directory.project(TOKEN).id)
    filed = [document(1, "the guide"), document(2, "the deck")]
    guide = replace(filed[0].classification, kind=Kind("brand_guide"))
    filed[0] = replace(filed[0], classification=guide, filed_for=())
    filed[1] = replace(filed[1], confidential=True, confidential_for=Secrecy.WORD)
    for entry in filed:
        assert entry.blob is not None
        store.put(
            entry.blob, entry.filename.removesuffix(".pdf").encode(), BlobNote("application/pdf")
        )
    ledger.messages.settle(claimed(ledger, "papers"), accepted(standing, "papers", documents=filed))
    engagement(ledger, token=SPRING, title="Spring fair")
    return ()


def _hold_messages(ledger: Ledger, store: Store) -> None:
    """A colleague's, a contact's whom no server vouches for, and those of two strangers."""
    guide = [documents.brand_guide(TODAY)]
    project = f"intake+{TOKEN}@studio.example"
    _hold(ledger, store, HoldReason.COLLEAGUE, letter(number=11, sender=JONAS, attach=guide), JONAS)
    failed = letter(number=12, to=project, attach=guide)
    _hold(ledger, store, HoldReason.AUTHENTICATION_FAILED, failed, CONTACT)
    for number in (13, 14):
        eve = Address(f"eve{number}@elsewhere.example")
        mail = letter(number=number, sender=eve, to=project, attach=guide)
        _hold(ledger, store, HoldReason.UNIDENTIFIED_SENDER, mail, eve)


def _hold(ledger: Ledger, store: Store, reason: HoldReason, octets: bytes, sender: Address) -> None:
    sha256 = sha256_of(octets.decode())
    store.put(raw_key(sha256), octets, BlobNote("message/rfc822"))
    claim = ledger.messages.receive(_received(sha256, octets), worker=ledger.worker).claim
    assert claim is not None
    message = replace(inbound(sha256), sender=Mailbox("", sender))
    ledger.messages.settle(claim, replace(held(reason), message=message))


def _received(sha256: Sha256, octets: bytes) -> NewMessage:
    return NewMessage(
        sha256=sha256,
        size_octets=len(octets),
        oversize_octets=None,
        blob_key=BlobKey(raw_key(sha256)),
        locator=Locator("sources[0]", sha256),
        received_at=NOON,
        envelope_recipient=None,
    )


def _hold_letters(ledger: Ledger) -> None:
    """One that failed, one that is doubtful."""
    standing = ledger.standing(ledger.directory.project(TOKEN).id)
    causes = [
        intent(cause, kind=LetterKind.REPORT, to=Mailbox("Fay", FREELANCER))
        for cause in ("failed", "doubtful")
    ]
    ledger.messages.settle(claimed(ledger, "asks"), accepted(standing, "asks", letters=causes))
    for end in (ledger.letters.failed, ledger.letters.doubtful):
        claim = ledger.letters.claim(ledger.worker, ends_bursts=True)
        assert claim is not None
        name = f"<{claim.number}@studio.example>"
        octets = f"Message-ID: {name}\r\nTo: {FREELANCER}\r\n\r\nThank you.\r\n".encode()
        ledger.letters.freeze(claim, OutboundMessage(name, Address(""), (FREELANCER,), octets))
        end(claim, "")


def _file(ledger: Ledger, store: Store, text: str, project: ProjectId) -> None:
    """A message that brought one document, with the octets of both."""
    entry = document(1, text)
    assert entry.blob is not None
    store.put(entry.blob, text.encode(), BlobNote("application/pdf"))
    store.put(raw_key(sha256_of(text)), text.encode(), BlobNote("message/rfc822"))
    outcome = accepted(ledger.standing(project), text, documents=[entry])
    ledger.messages.settle(claimed(ledger, text), outcome)


def _to_keep(ledger: Ledger, store: Store) -> tuple[Decision, ...]:
    """A project that is confidential since its documents came, a silent client, a stranger's old mail; one to be erased."""
    _two_clients(ledger)
    _hold_documents(ledger, store)
    project = ledger.directory.project(TOKEN)
    _file(ledger, store, "spring mail", ledger.directory.project(SPRING).id)
    _hold_messages(ledger, store)
    ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
    four_days, long = ledger.now() - timedelta(days=4), ledger.now() - timedelta(days=400)
    with ledger.database.write() as session:
        in_project = schema.Message.project_id == project.id
        session.execute(
            sa.update(schema.Message)
            .where(in_project)
            .values(received_at=four_days.replace(hour=0, minute=5), answerable=True)
        )
        strangers = schema.Message.project_id.is_(None)
        session.execute(sa.update(schema.Message).where(strangers).values(settled_at=long))
    return (Decision("erase", 0, SPRING),)


MAIL = Stage("mail", _mail(), engaged)
"""receive, process, acknowledge, deliver, pages"""
DECIDE = Stage("decide", (), _to_decide)
"""decide, and what follows from it"""
KEEP = Stage(
    "keep",
    (),
    _to_keep,
    {
        "reminders": {
            "after_days": [3],
            "hours": "00:00-24:00",
            "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "digest": None,
        }
    },
)
"""remind, place, erase, retention"""
OFFER = Stage("offer", (letter(number=21, to=f"intake+{SPRING}@studio.example"),), _to_offer)
"""offer: a project is new, and its client writes before it was offered what an earlier one has"""
STAGES = (MAIL, DECIDE, KEEP, OFFER)
"""Every step is in one of these: a new step is a stage of its own or part of one."""


# ---------------------------------------------------------------- the points


Choice = Callable[[Mapping[str, int]], Sequence[Point]]
"""Which points of an undisturbed run to kill at; it says how often each was passed."""


def first_instants(passed: Mapping[str, int]) -> Sequence[Point]:
    """Each instant, when it is passed first."""
    return [Point(instant) for instant in Instant if instant in passed]


def instants(passed: Mapping[str, int]) -> Sequence[Point]:
    """Each instant, when it is passed first and when it is passed last."""
    return [
        Point(instant, nth)
        for instant in Instant
        if instant in passed
        for nth in sorted({1, passed[instant]})
    ]


def later_instants(passed: Mapping[str, int]) -> Sequence[Point]:
    """Each instant that is passed again, when it is passed last."""
    return [point for point in instants(passed) if point.nth > 1]


def deliveries(passed: Mapping[str, int]) -> Sequence[Point]:
    """The instants of delivering, which are all that a sink changes, each when it is passed first."""
    return [point for point in first_instants(passed) if point.what.startswith("deliver")]


def before_commits(passed: Mapping[str, int]) -> Sequence[Point]:
    """Right before every commit, which is after all that followed the commit before it."""
    return _all_of(passed, COMMITTING)


def after_commits(passed: Mapping[str, int]) -> Sequence[Point]:
    """Right after every commit."""
    return _all_of(passed, COMMITTED)


def before_names(passed: Mapping[str, int]) -> Sequence[Point]:
    """Right before every file gets its name."""
    return _all_of(passed, NAMING)


def after_names(passed: Mapping[str, int]) -> Sequence[Point]:
    """Right after every file got its name, and before that name is sure to last."""
    return _all_of(passed, NAMED)


def _all_of(passed: Mapping[str, int], *names: str) -> Sequence[Point]:
    return [Point(what, nth) for what in names for nth in range(1, passed.get(what, 0) + 1)]


LAPTOP = Place("sqlite", "folder", "maildir")
SERVER = Place("postgresql", "s3", "smtp")
_BOTH = [(engine, store) for engine in ("sqlite", "postgresql") for store in ("folder", "s3")]
Sweep = tuple[Place, Choice, Sequence[Stage]]
_OFTEN = (MAIL, DECIDE)
SWEEPS: tuple[Sweep, ...] = (
    *((Place(engine, store, "maildir"), first_instants, STAGES) for engine, store in _BOTH),
    *((Place(engine, store, "smtp"), deliveries, _OFTEN) for engine, store in _BOTH),
    (replace(LAPTOP, sink="sent-folder"), deliveries, _OFTEN),
    (replace(SERVER, sink="sent-folder"), deliveries, _OFTEN),
    (LAPTOP, later_instants, _OFTEN),
    (LAPTOP, after_commits, _OFTEN),
    (LAPTOP, before_names, _OFTEN),
)
"""Where is killed at what. A sink changes nothing but delivering; a store takes no part in a commit."""
BY_HAND: tuple[Sweep, ...] = (
    (replace(SERVER, store="folder", sink="maildir"), before_commits, STAGES),
    (LAPTOP, later_instants, (KEEP, OFFER)),
    (LAPTOP, after_commits, (KEEP, OFFER)),
    (LAPTOP, before_commits, STAGES),
    (LAPTOP, after_names, STAGES),
    (replace(SERVER, sink="maildir"), later_instants, STAGES),
    (SERVER, first_instants, STAGES),
    (SERVER, after_commits, STAGES),
    (replace(LAPTOP, sink="sent-folder"), before_commits, STAGES),
)
"""What is near enough to one of those to be left to the table that is made by hand."""


# ---------------------------------------------------------------- the kills


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill and what came of it: `differences` from the undisturbed world, in words, none where it is equal."""

    stage: str
    place: Place
    point: Point
    died: bool
    doubtful: int
    differences: tuple[str, ...]
    seconds: float

    @property
    def right(self) -> bool:
        return self.died and not self.differences

    def __str__(self) -> str:
        told = "; ".join(self.differences) or ("equal" if self.died else "not reached")
        return f"{self.place}, {self.stage}, {self.point}: {told}"


@dataclass(frozen=True, slots=True)
class Calm:
    """An undisturbed run: what it passed, and the world that it left."""

    passed: Mapping[str, int]
    world: World


def calm(crashing: Crashing, made: Worlds) -> Calm:
    """Work that nothing disturbs."""
    desk = made.desk()
    end = crashing.to_the_end(desk.config, desk.decisions)
    world = made.look(desk)
    made.remove(desk)
    return Calm(end.passed, world)


def kill_at(crashing: Crashing, made: Worlds, point: Point, undisturbed: World) -> Kill:
    """A desk that dies there, is started again, and is compared."""
    began = time.monotonic()
    desk = made.desk()
    life = Life(str(desk.config), desk.decisions, dies_at=point)
    died = crashing.live(life).killed
    made.await_death(desk)
    crashing.to_the_end(desk.config, desk.decisions)
    world = made.look(desk)
    made.remove(desk)
    return Kill(
        stage=made.stage.name,
        place=made.place,
        point=point,
        died=died,
        doubtful=len(world.doubtful - undisturbed.doubtful),
        differences=tuple(_differences(world, undisturbed, made.place, point)),
        seconds=time.monotonic() - began,
    )


def sweep(
    crashing: Crashing, folder: Path, place: Place, choice: Choice, stages: Sequence[Stage]
) -> Iterator[Kill]:
    """Kill at every chosen point of these stages, each on a desk of its own."""
    for stage in stages:
        with worlds(folder / stage.name, place, stage) as made:
            crashing.warm_up(made.desk().config)
            undisturbed = calm(crashing, made)
            for point in choice(undisturbed.passed):
                yield kill_at(crashing, made, point, undisturbed.world)


def _differences(world: World, undisturbed: World, place: Place, point: Point) -> Iterator[str]:
    """How a world is not what it must be: equal, but for a doubtful letter where the sink cannot be searched."""
    doubtful = world.doubtful - undisturbed.doubtful
    if place.searchable:
        yield from _unequal(world, undisturbed)
        return
    if len(doubtful) > 1 or (doubtful and point.what in set(Instant) - set(DOUBTS)):
        yield f"{len(doubtful)} letters are doubtful"
    yield from _unequal(world.without(doubtful), undisturbed.were_doubtful(doubtful))


def _unequal(world: World, expected: World) -> Iterator[str]:
    for entry in fields(World):
        found, wanted = getattr(world, entry.name), getattr(expected, entry.name)
        if found != wanted:
            yield f"{entry.name}: {_change(found, wanted)}"


def _change(found: object, wanted: object) -> str:
    if not (isinstance(found, tuple) and isinstance(wanted, tuple)):
        return f"{found}, not {wanted}"
    more = [each for each in found if each not in wanted]
    fewer = [each for each in wanted if each not in found]
    return f"too many {more}, missing {fewer}, {len(found)} instead of {len(wanted)}"
