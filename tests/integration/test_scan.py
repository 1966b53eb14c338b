"""A virus scanner on the loopback address, and a reader that asks it: nothing is opened that has not passed."""

from __future__ import annotations

import io
import os
import socket
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from intake import checkup
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.errors import PermanentError
from intake.extract import ExtractLimits
from intake.model import Fate, Problem, UnpackLimits
from intake.orders import ReaderSettings
from intake.reader import SCAN_SECONDS, Reader
from intake.scan import Scanner, ScannerUnreachableError
from tests import servers
from tests.desks import TODAY, letter
from tests.servers import Clamd, eicar

DECK = documents.investor_deck(TODAY)
BAD = Enclosure("report.txt", "text/plain", b"Look at this: " + eicar())
BAD_LOOKING = Enclosure("virus.txt", "text/plain", b"Only words about viruses, and some more.\r\n")
UNPACK, EXTRACT = UnpackLimits(), ExtractLimits()


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with servers.clamd() as running:
        yield running


@pytest.fixture(scope="module")
def debian_clamd() -> Iterator[str]:
    if servers.clamd_program() is None:
        pytest.skip("needs the program clamd (Debian: clamav-daemon)")
    with servers.debian_clamd() as address:
        yield address


@pytest.fixture(scope="module")
def resting() -> Iterator[Clamd]:
    """The scanner of the reader that the tests below share."""
    with servers.clamd() as running:
        yield running


@pytest.fixture(scope="module")
def shared_reader(resting: Clamd) -> Iterator[Reader]:
    with closing(Reader(ReaderSettings(UNPACK, EXTRACT, clamd=resting.address))) as made:
        yield made


@pytest.fixture
def scanning(resting: Clamd, shared_reader: Reader) -> Iterator[Reader]:
    """A reader whose scanner has not been asked anything."""
    resting.scanned.clear()
    yield shared_reader
    resting.answer, resting.most_octets = None, 2**20


def zipped(*entries: Enclosure, name: str = "files.zip") -> Enclosure:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(entry.filename, entry.octets)
    return Enclosure(name, "application/zip", packed.getvalue())


def fates(reader: Reader, attach: Sequence[Enclosure], text: str = "Hello") -> dict[str, Fate]:
    """Of all that a message holds, by path, once its documents have been examined."""
    octets = letter(attach=attach, text=text)
    with closing(reader.open(octets, envelope_recipient=None, received_on=TODAY)) as opened:
        examined = {found.path for found in opened.examined()}
        documents = {entry.part.path for entry in opened.parts if entry.fate is Fate.DOCUMENT}
        assert examined <= documents
        return {entry.part.path: entry.fate for entry in opened.parts}


# ---------------------------------------------------------------- the scanner's own words


def test_octets_without_a_find_pass(clamd: Clamd) -> None:
    assert Scanner(clamd.address).scan(b"A deck.") is None
    assert clamd.scanned == [b"A deck."]


def test_a_find_does_not_pass(clamd: Clamd) -> None:
    assert Scanner(clamd.address).scan(eicar()) is Fate.INFECTED


def test_a_scanner_may_be_at_a_unix_socket(tmp_path: Path) -> None:
    with servers.clamd(path=tmp_path / "clamd.ctl") as running:
        assert Scanner(running.address).scan(eicar()) is Fate.INFECTED


def test_what_is_sent_in_many_pieces_arrives_whole(clamd: Clamd) -> None:
    octets = os.urandom(3_000_001)
    clamd.most_octets = len(octets)

    assert Scanner(clamd.address).scan(octets) is None
    assert clamd.scanned == [octets]


@pytest.mark.parametrize("hangs_up", [False, True])
def test_what_is_too_large_for_the_scanner_does_not_pass(clamd: Clamd, *, hangs_up: bool) -> None:
    clamd.hangs_up = hangs_up

    assert Scanner(clamd.address).scan(bytes(2**24)) is Fate.TOO_LARGE


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: OK",
        b"stream: O",
        b"stream: OK\r\n",
        b"stream: Can't open file or directory ERROR\0",
        b"\0",
        b"x" * 100_000,
    ],
)
def test_nonsense_is_no_answer(clamd: Clamd, answer: bytes) -> None:
    clamd.answer = answer

    with pytest.raises(ScannerUnreachableError, match="gives no answer that is one"):
        Scanner(clamd.address).scan(b"A deck.")


def test_a_scanner_that_is_silent_is_not_waited_for_without_end(clamd: Clamd) -> None:
    clamd.answer = b""

    with pytest.raises(ScannerUnreachableError, match="in time"):
        Scanner(clamd.address, patience_seconds=0.1).scan(b"A deck.")


def test_a_scanner_that_takes_nothing_in_is_not_waited_for_without_end() -> None:
    with socket.create_server((servers.LOOPBACK, 0)) as deaf:
        address = f"{servers.LOOPBACK}:{deaf.getsockname()[1]}"

        with pytest.raises(ScannerUnreachableError, match="in time"):
            Scanner(address, patience_seconds=0.2).scan(bytes(2**24))


def test_a_scanner_that_speaks_drop_by_drop_is_not_waited_for_without_end() -> None:
    with dripping() as address, pytest.raises(ScannerUnreachableError, match="in time"):
        Scanner(address, patience_seconds=0.2).scan(b"A deck.")


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server that says one octet every now and then, and never ends."""
    done = threading.Event()
    with socket.create_server((servers.LOOPBACK, 0)) as listener:

        def drip() -> None:
            with listener.accept()[0] as line:
                while not done.wait(0.03):
                    line.send(b"s")

        thread = threading.Thread(target=drip)
        thread.start()
        yield f"{servers.LOOPBACK}:{listener.getsockname()[1]}"
        done.set()
        thread.join()


@pytest.mark.parametrize(
    "address",
    [f"{servers.LOOPBACK}:1", "unix:/nowhere/clamd.ctl", "clamd.invalid:1"],
)
def test_a_scanner_that_is_away_lets_nothing_pass(address: str) -> None:
    with pytest.raises(ScannerUnreachableError, match="cannot be reached") as caught:
        Scanner(address).scan(b"A deck.")

    assert address.rpartition(":")[0] not in str(caught.value)


def test_a_check_tells_which_scanner_answers(clamd: Clamd) -> None:
    line = checkup._check_scanner(clamd.address)

    assert (line.what, line.works, line.advice) == ("scan: ClamAV 1.0.0", True, "")


def test_a_check_tells_of_a_scanner_that_is_away() -> None:
    line = checkup._check_scanner(f"{servers.LOOPBACK}:{servers.free_port()}")

    assert not line.works
    assert "All mail waits" in line.advice


# ---------------------------------------------------------------- Debian's clamd


@pytest.mark.clamd
@pytest.mark.parametrize(
    ("octets", "fate"),
    [
        (b"A deck.", None),
        (b"", None),
        (eicar(), Fate.INFECTED),
        (zipped(BAD).octets, Fate.INFECTED),
        (letter(attach=[zipped(BAD)]), Fate.INFECTED),
        (bytes(3 * 2**20), Fate.TOO_LARGE),
        (bytes(2**26), Fate.TOO_LARGE),
    ],
    ids=["clean", "empty", "find", "zip", "message", "over the limit", "far over the limit"],
)
def test_the_real_one_is_understood(debian_clamd: str, octets: bytes, fate: Fate | None) -> None:
    assert Scanner(debian_clamd).scan(octets) is fate


@pytest.mark.clamd
def test_the_real_one_tells_its_version(debian_clamd: str) -> None:
    assert Scanner(debian_clamd).version().startswith("ClamAV 1")


@pytest.mark.clamd
def test_the_real_one_stops_an_infected_attachment_and_lets_the_others_pass(
    debian_clamd: str,
) -> None:
    with closing(Reader(ReaderSettings(UNPACK, EXTRACT, clamd=debian_clamd))) as reader:
        found = fates(reader, [DECK, zipped(BAD)])

    assert found == {"2": Fate.DOCUMENT, "3": Fate.INFECTED}


# ---------------------------------------------------------------- a reader with a scanner


def test_the_message_is_scanned_first_then_each_part_then_what_it_holds(
    scanning: Reader, resting: Clamd
) -> None:
    packed = zipped(DECK)

    found = fates(scanning, [BAD_LOOKING, packed])

    assert found == {"2": Fate.DOCUMENT, "3": Fate.OPENED, f"3!{DECK.filename}": Fate.DOCUMENT}
    whole, *parts = resting.scanned
    assert whole.startswith(b"From: Ana Ruiz")
    assert parts == [BAD_LOOKING.octets, packed.octets, DECK.octets]


def test_an_infected_part_is_neither_opened_nor_handed_out(scanning: Reader) -> None:
    octets = letter(attach=[DECK, BAD])

    with closing(scanning.open(octets, envelope_recipient=None, received_on=TODAY)) as opened:
        examined = [found.path for found in opened.examined()]
        kept = opened.octets("3")

    assert [entry.fate for entry in opened.parts] == [Fate.DOCUMENT, Fate.INFECTED]
    assert examined == ["2"]
    assert kept == b""


def test_what_an_infected_part_was_is_still_known(scanning: Reader) -> None:
    with closing(scanning.open(letter(attach=[BAD]), envelope_recipient=None)) as opened:
        [entry] = opened.parts

    assert (entry.part.filename, entry.part.size_octets) == ("report.txt", len(BAD.octets))


def test_an_infected_archive_is_not_opened(scanning: Reader, resting: Clamd) -> None:
    packed = zipped(DECK)
    bad = Enclosure(packed.filename, packed.media_type, packed.octets + eicar())

    assert fates(scanning, [bad]) == {"2": Fate.INFECTED}
    assert DECK.octets not in resting.scanned


def test_an_infected_file_in_an_archive_is_not_opened(scanning: Reader) -> None:
    found = fates(scanning, [zipped(DECK, BAD)])

    assert found == {
        "2": Fate.OPENED,
        f"2!{DECK.filename}": Fate.DOCUMENT,
        "2!report.txt": Fate.INFECTED,
    }


def test_an_infected_archive_in_an_archive_is_not_opened(scanning: Reader, resting: Clamd) -> None:
    inner = zipped(DECK, name="inner.zip")
    bad = Enclosure("inner.zip", "application/zip", inner.octets + eicar())

    assert fates(scanning, [zipped(bad)]) == {"2": Fate.OPENED, "2!inner.zip": Fate.INFECTED}
    assert DECK.octets not in resting.scanned


def test_what_is_infected_in_a_forwarded_message_in_an_archive_is_not_opened(
    scanning: Reader, resting: Clamd
) -> None:
    packed = zipped(DECK)
    bad = Enclosure("inner.zip", "application/zip", packed.octets + eicar())
    mail = letter(attach=[BAD_LOOKING, bad])
    forwarded = Enclosure("their.eml", "application/octet-stream", mail)

    assert fates(scanning, [zipped(forwarded)]) == {
        "2": Fate.OPENED,
        "2!their.eml": Fate.OPENED,
        "2!their.eml!2": Fate.DOCUMENT,
        "2!their.eml!3": Fate.INFECTED,
    }
    assert DECK.octets not in resting.scanned


def test_an_infected_forwarded_message_is_not_opened(scanning: Reader) -> None:
    forwarded = Enclosure("their mail.eml", "application/octet-stream", letter(text=plain_eicar()))

    assert fates(scanning, [DECK, forwarded]) == {"2": Fate.DOCUMENT, "3": Fate.INFECTED}


def plain_eicar() -> str:
    return eicar().decode("ascii")


def test_a_find_in_the_message_that_no_part_explains_stops_every_part(scanning: Reader) -> None:
    found = fates(scanning, [DECK, zipped(DECK)], text=f"Look: {plain_eicar()}")

    assert found == {"2": Fate.INFECTED, "3": Fate.INFECTED}


def test_the_same_octets_are_scanned_once(scanning: Reader, resting: Clamd) -> None:
    fates(scanning, [DECK, DECK, zipped(DECK)])

    assert resting.scanned.count(DECK.octets) == 1


def test_a_part_that_is_too_large_for_the_scanner_is_not_opened(
    scanning: Reader, resting: Clamd
) -> None:
    resting.most_octets = len(DECK.octets) - 1

    found = fates(scanning, [DECK, BAD_LOOKING, BAD])

    assert found == {"2": Fate.TOO_LARGE, "3": Fate.DOCUMENT, "4": Fate.INFECTED}


def test_a_message_that_takes_the_scanner_too_long_is_to_blame_for_it(scanning: Reader) -> None:
    with closing(scanning.open(letter(attach=[DECK]), envelope_recipient=None)) as opened:
        opened._scanned_seconds = SCAN_SECONDS + 1

        with pytest.raises(PermanentError, match="takes the virus scanner too long"):
            _ = opened.parts


def test_no_part_is_scanned_again_when_the_child_dies(scanning: Reader, resting: Clamd) -> None:
    octets = letter(attach=[BAD_LOOKING, DECK])

    with closing(scanning.open(octets, envelope_recipient=None, received_on=TODAY)) as opened:
        assert [entry.fate for entry in opened.parts] == [Fate.DOCUMENT] * 2
        opened._channel._line.close()
        found = list(opened.examined())

    assert [seen.path for seen in found] == ["2", "3"]
    assert resting.scanned == [octets, BAD_LOOKING.octets, DECK.octets]


def test_a_message_is_not_opened_while_the_scanner_is_away() -> None:
    settings = ReaderSettings(UNPACK, EXTRACT, clamd=f"{servers.LOOPBACK}:{servers.free_port()}")

    with closing(Reader(settings)) as reader, pytest.raises(ScannerUnreachableError):
        reader.open(letter(), envelope_recipient=None)


def test_no_part_is_opened_when_the_scanner_goes_away_over_it(
    scanning: Reader, resting: Clamd
) -> None:
    with closing(scanning.open(letter(attach=[DECK]), envelope_recipient=None)) as opened:
        resting.answer = b"stream: \0"

        with pytest.raises(ScannerUnreachableError):
            _ = opened.parts


def test_an_infected_file_is_not_classified(scanning: Reader) -> None:
    found = scanning.classify_file(BAD.octets, filename="deck.txt")

    assert (found.problem, found.kind, found.sure) == (Problem.INFECTED, "other", False)


def test_octets_that_the_scanner_has_not_seen_are_not_handed_out(
    scanning: Reader, resting: Clamd
) -> None:
    with closing(scanning.open(letter(attach=[DECK]), envelope_recipient=None)) as opened:
        assert [entry.part.path for entry in opened.parts] == ["2"]
        opened._refusals.clear()  # as if a child that has been taken over had not shown them
        resting.answer = b"stream: Eicar FOUND\0"

        with pytest.raises(PermanentError, match="not what the virus scanner has passed"):
            opened.octets("2")
