"""Messages and documents of our own, and what chance makes of them: a number gives the same octets every time.

Messages are cut, spliced, doubled and lied about as a whole; documents are damaged in their octets and, where they are
zip files, in what is packed in them, because damage to packed octets is found out by their checksum at once.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from random import Random

from intake.demo import documents
from intake.extract.samples import samples
from tests.bench.read_mail import expectations
from tests.unit import legacy_files as old

TODAY = date(2026, 6, 1)
LARGEST_SEED = 200_000
LARGEST = 3_000_000
ROUNDS = (1, 1, 2, 3, 5)
_OCTETS = "application/octet-stream"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_HEADER = b"From: Ana <ana@acme.example>\r\nTo: desk@studio.example\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n"

Mutation = Callable[[bytes, Random], bytes]


@dataclass(frozen=True, slots=True)
class Seeds:
    """What is mutated: whole messages, and documents under the names that they are sent with."""

    messages: Sequence[bytes]
    documents: Sequence[tuple[str, bytes]]


def seeds(mail: Path | None = None) -> Seeds:
    """Our own, and where there is a folder of real mail with expectations, that half of it which rules were developed on."""
    own = tuple(_documents())
    messages = [*_messages(own), *(_developed_on(mail) if mail else ())]
    return Seeds(tuple(octets for octets in messages if len(octets) <= LARGEST_SEED), own)


def mutated(given: Seeds, number: int) -> bytes:
    """The message of that number: of three, two are messages that were damaged, one brings a document that was."""
    chance = Random(number)  # noqa: S311  # the same for the same number, which no secret may be
    if number % 3:
        return _mutated_message(given.messages, chance)
    name, octets = chance.choice(given.documents)
    mutate = chance.choice((_damaged, _damaged_inside, _damaged_inside))
    return enclosed(name, mutate(octets, chance))


def pieces(octets: int, seed: int) -> Iterator[bytes]:
    """Random octets of many lengths that come to so many."""
    chance = Random(seed)  # noqa: S311  # as above
    left = octets
    while left > 0:
        size = min(left, int(2 ** chance.uniform(0, 18)))
        left -= size
        yield chance.randbytes(size)


def enclosed(filename: str, octets: bytes) -> bytes:
    """A message with one attachment; quicker than the standard library's."""
    return (
        _HEADER
        + b'Content-Type: multipart/mixed; boundary="=b"\r\n\r\n--=b\r\n\r\nHere it is.\r\n--=b\r\n'
        + f'Content-Type: {_OCTETS}; name="{filename}"\r\n'.encode()
        + f'Content-Disposition: attachment; filename="{filename}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(octets)
        + b"--=b--\r\n"
    )


# ---------------------------------------------------------------- seeds


def _documents() -> Iterator[tuple[str, bytes]]:
    packed = {name: _timeless(octets) for name, octets in samples()}
    yield from packed.items()
    for made in (
        documents.investor_deck(TODAY),
        documents.quarterly_roadmap_sheet(TODAY),
        documents.quarterly_roadmap_page(TODAY),
        documents.event_calendar(TODAY),
        documents.blog_posts(TODAY),
        documents.misnamed_invoice(TODAY),
        documents.locked_price_list(TODAY),
        documents.signature_logo(),
    ):
        yield made.filename, made.octets
    yield "plan.doc", old.doc("Roadmap 2026\rQ3\x07Lamp\x07\x07\rOil\r", headings=[range(12)])
    yield (
        "deck.ppt",
        old.ppt([(old.slide(old.box("The problem")), old.placeholder(0, "Lighthouse Labs"))]),
    )
    yield "mail.msg", _saved_mail()
    yield "winmail.dat", old.winmail((1, 0x800C, b"Hello"), *old.winmail_file("a.txt", b"Plan"))
    yield "show.key", _zip({"Index/Slide.iwa": old.archive((5, 1, old.storage("Plan")))})
    yield (
        "plan.odt",
        _odf("text", '<text:h text:outline-level="1">Plan</text:h><text:p>Q3</text:p>'),
    )
    yield (
        "deck.odp",
        _odf("presentation", '<draw:page draw:name="1"><text:p>Q3</text:p></draw:page>'),
    )
    yield (
        "plan.ods",
        _odf(
            "spreadsheet",
            '<table:table table:name="a"><table:table-row><table:table-cell><text:p>Q3</text:p>'
            "</table:table-cell></table:table-row></table:table>",
        ),
    )
    yield "files.zip", _zip(packed)
    yield "nested.zip", _zip({"files.zip": _zip({"plan.docx": packed["roadmap.docx"]})})
    yield "files.tar", _tar(packed)
    yield "files.tar.gz", gzip.compress(_tar(packed), mtime=0)
    yield "events.ics.gz", gzip.compress(packed["events.ics"], mtime=0)
    yield "smime.p7m", _signed(_HEADER + b"\r\nOur plan.\r\n")


def _messages(own: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    for path in sorted((Path(__file__).parent / "mail").glob("*.eml")):
        yield path.read_bytes()
    sampled = _letter(own[:11])
    yield sampled
    yield _forwarding(sampled)
    small = [(name, octets) for name, octets in own if len(octets) < 20_000]
    yield _letter(small[:8])
    yield _letter(small[8:])
    yield (
        _HEADER
        + b"\r\nHere.\r\n\r\nbegin 644 plan.txt\r\n"
        + _uu(b"Roadmap 2026 " * 9)
        + b"end\r\n"
    )
    yield (
        _HEADER
        + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\naGVsbG8=\r\n-----END PGP MESSAGE-----\r\n"
    )
    yield _pkcs7(_signed(b"Content-Type: text/plain\r\n\r\nOur plan.\r\n"))
    yield _reply()


def _letter(files: Sequence[tuple[str, bytes]]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Ana <ana@acme.example>", "desk@studio.example"
    message["Subject"] = "Pläne für 2026"
    message.set_content("Hello Fay,\n\nhttps://drive.google.com/file/d/1/view\n\n-- \nAna\n")
    message.add_alternative(
        '<p>Hello Fay,<br><img src="cid:logo@acme.example"></p><blockquote>Old</blockquote>', "html"
    )
    for name, octets in files:
        message.add_attachment(octets, "application", "octet-stream", filename=name)
    return _settled(message.as_bytes(policy=SMTP))


def _settled(octets: bytes) -> bytes:
    """With boundaries that are not of the moment."""
    for number, boundary in enumerate(dict.fromkeys(_BOUNDARY.findall(octets))):
        octets = octets.replace(boundary, b"=_%d_=" % number)
    return octets


def _forwarding(octets: bytes) -> bytes:
    return (
        _HEADER
        + b'Content-Type: multipart/mixed; boundary="=f"\r\n\r\n--=f\r\n\r\nSee below.\r\n--=f\r\n'
        + b"Content-Type: message/rfc822\r\n\r\n"
        + octets
        + b"\r\n--=f--\r\n"
    )


def _reply() -> bytes:
    return _HEADER + (
        b"In-Reply-To: <1@studio.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n3: n/a\r\n\r\n"
        b"Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Fay <fay@studio.example>:\r\n> What is missing?\r\n"
        b">> https://acme.example/blog/plan\r\n\r\nMit freundlichen Gr\xc3\xbc\xc3\x9fen\r\nAna\r\n"
    )


def _uu(octets: bytes) -> bytes:
    return b"".join(
        binascii.b2a_uu(octets[at : at + 45]).replace(b"\n", b"\r\n")
        for at in range(0, len(octets), 45)
    )


def _pkcs7(octets: bytes) -> bytes:
    return (
        _HEADER
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(octets)
    )


def _signed(content: bytes) -> bytes:
    """What CMS (RFC 5652) puts around signed content; nobody has signed it."""
    enclosed_content = _der(0x30, _DATA + _der(0xA0, _der(0x04, content)))
    algorithms = _der(0x31, _der(0x30, b"\x05\x00"))
    signed = _der(0x30, b"\x02\x01\x01" + algorithms + enclosed_content + _der(0x31, b""))
    return _der(0x30, _SIGNED_DATA + _der(0xA0, signed))


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def _saved_mail() -> bytes:
    held = old.saved_mail({0x37: "Inner", 0x1000: "Hello"}, embedded=True)
    files = [old.attached("plan.txt", b"Roadmap 2026"), old.attached_mail(held)]
    return old.compound(old.saved_mail({0x37: "Plans", 0x1000: "Here."}, attachments=files))


def _odf(kind: str, body: str) -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="{_ODF}{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
        )
    )
    content = f"<office:{kind}>{body}</office:{kind}>"
    return _zip(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": (
                f"<office:document-content {names}><office:body>{content}</office:body>"
                "</office:document-content>"
            ).encode(),
        }
    )


def _zip(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in files.items():
            archive.writestr(zipfile.ZipInfo(name), octets)
    return target.getvalue()


def _timeless(octets: bytes) -> bytes:
    """A zip file without the time at which it was made; other octets as they are."""
    return _zip(_unzipped(octets)) if zipfile.is_zipfile(io.BytesIO(octets)) else octets


def _unzipped(octets: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def _tar(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, octets in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(octets)
            archive.addfile(entry, io.BytesIO(octets))
    return target.getvalue()


def _developed_on(mail: Path) -> Iterator[bytes]:
    for one in expectations(mail):
        if one.developed_on:
            yield (mail / one.path).read_bytes()


# ---------------------------------------------------------------- mutations of messages

CHARSETS = (
    b"utf-7 utf-16 utf-32 utf-8-sig idna punycode unicode_escape raw_unicode_escape rot13 base64 hex zip bz2 uu undefined "
    b"mbcs hz iso-2022-jp iso-2022-kr gb18030 big5 shift_jis cp037 x-unknown utf-8;utf-8 \x00 ../etc koi8-r"
).split()
ENCODINGS = b"base64 quoted-printable 7bit 8bit binary x-uuencode uuencode x-gzip base64\x00 BASE64,base64 none".split()
TOKENS = (
    b"\x00",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"\n--",
    b"--=b--\r\n",
    b"=?utf-8?b?",
    b"=?utf-8?q?=",
    b"?=",
    b"=\r\n",
    b"=00",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\x1b$B",
    b"> ",
    b"<",
    b"<!--",
    b"<blockquote>",
    b"&#",
    b'"',
    b"(",
    b";",
    b"@",
    b"begin 644 a\r\n",
    b"end\r\n",
    b"-----BEGIN PGP MESSAGE-----\r\n",
    b"https://",
    b"From ",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: multipart/report\r\n",
    b"filename*0*=utf-8''%",
    b"On Monday wrote:\r\n",
    b"PK\x03\x04",
    b"%PDF-",
)
_CHARSET = re.compile(rb"charset=\"?[^\s\";]{1,40}", re.IGNORECASE)
_ENCODING = re.compile(rb"(?<=transfer-encoding: )[^\r\n]{1,40}", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary=\"?([^\s\";]{1,70})", re.IGNORECASE)
_BASE64_LINE = re.compile(rb"^[A-Za-z0-9+/]{60,}$", re.MULTILINE)


def _mutated_message(messages: Sequence[bytes], chance: Random) -> bytes:
    octets = chance.choice(messages)
    if chance.random() < 0.1:
        octets = _spliced(octets, chance.choice(messages), chance)
    for _ in range(chance.choice(ROUNDS)):
        octets = chance.choice(MUTATIONS)(octets, chance)[:LARGEST]
    return octets


def _spliced(one: bytes, other: bytes, chance: Random) -> bytes:
    return one[: chance.randint(0, len(one))] + other[chance.randint(0, len(other)) :]


def _flipped(octets: bytes, chance: Random) -> bytes:
    changed = bytearray(octets)
    for _ in range(chance.choice((1, 5, 50)) if octets else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(octets: bytes, chance: Random) -> bytes:
    first, last = sorted((chance.randint(0, len(octets)), chance.randint(0, len(octets))))
    return chance.choice((octets[:first], octets[:first] + octets[last:], octets[first:]))


def _doubled(octets: bytes, chance: Random) -> bytes:
    lines = octets.splitlines(keepends=True)
    first = chance.randint(0, len(lines))
    last = min(len(lines), first + chance.choice((1, 3, 30)))
    return b"".join(lines[:last] + lines[first:])


def _header_swapped(octets: bytes, chance: Random) -> bytes:
    header, blank, body = octets.partition(b"\r\n\r\n")
    lines = header.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines) + blank + body


def _boundary_damaged(octets: bytes, chance: Random) -> bytes:
    found = _BOUNDARY.findall(octets)
    if not found:
        return octets
    boundary = chance.choice(found)
    other = chance.choice(
        (b"", b"--", boundary[:-1], boundary + b"--", boundary * 9, b" ", b"\x00")
    )
    return octets.replace(boundary, other, chance.choice((1, 2, -1)))


def _recoded(octets: bytes, chance: Random) -> bytes:
    return _CHARSET.sub(lambda _: b"charset=" + chance.choice(CHARSETS), octets)


def _transferred(octets: bytes, chance: Random) -> bytes:
    return _ENCODING.sub(lambda _: chance.choice(ENCODINGS), octets)


def _nested(octets: bytes, chance: Random) -> bytes:
    for _ in range(chance.choice((1, 2, 8))):
        octets = chance.choice(
            (_forwarding, _pkcs7, lambda held: enclosed("mail.eml", held), _in_signature)
        )(octets)
        if len(octets) > LARGEST_SEED:
            break
    return octets


def _in_signature(octets: bytes) -> bytes:
    return _pkcs7(_signed(octets))


def _base64_cut(octets: bytes, chance: Random) -> bytes:
    lines = list(_BASE64_LINE.finditer(octets))
    if not lines:
        return octets
    line = chance.choice(lines)
    at = chance.randint(line.start(), line.end())
    return octets[:at] + octets[at + chance.choice((1, 2, 3, 500)) :]


def _repeated(octets: bytes, chance: Random) -> bytes:
    """Some of it, or something nasty, over and over; up to 300 KB."""
    at = chance.randint(0, len(octets))
    unit = chance.choice((octets[at : at + chance.choice((1, 8, 80, 800))], chance.choice(TOKENS)))
    count = min(chance.choice((100, 10_000, 100_000)), 300_000 // max(1, len(unit)))
    return octets[:at] + unit * count + octets[at:]


def _sprinkled(octets: bytes, chance: Random) -> bytes:
    for _ in range(chance.choice((1, 5, 20))):
        at = chance.randint(0, len(octets))
        octets = octets[:at] + chance.choice(TOKENS) + octets[at:]
    return octets


def _line_ends_changed(octets: bytes, chance: Random) -> bytes:
    return octets.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\r\n")))


MUTATIONS: tuple[Mutation, ...] = (
    _flipped,
    _cut,
    _doubled,
    _header_swapped,
    _boundary_damaged,
    _recoded,
    _transferred,
    _nested,
    _base64_cut,
    _repeated,
    _sprinkled,
    _line_ends_changed,
)


# ---------------------------------------------------------------- mutations of documents

_NUMBERS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80")
_WORDS = (b"-1", b"0", b"99999999999999999999", b"NaN", b"1e999", b"", b"\xff", b"&#0;", b"]]>")
_DIGITS = re.compile(rb"\d{1,9}")


def _damaged(octets: bytes, chance: Random) -> bytes:
    for _ in range(chance.choice(ROUNDS)):
        octets = chance.choice((_flipped, _cut, _numbers_changed, _digits_changed, _repeated))(
            octets, chance
        )[:LARGEST]
    return octets


def _numbers_changed(octets: bytes, chance: Random) -> bytes:
    """Lengths and counts in binary formats are four octets somewhere."""
    changed = bytearray(octets)
    for _ in range(chance.choice((1, 3, 10))):
        at = chance.randint(0, max(0, len(changed) - 4)) & ~1
        changed[at : at + 4] = chance.choice(_NUMBERS)
    return bytes(changed)


def _digits_changed(octets: bytes, chance: Random) -> bytes:
    """Numbers that are written as text, as PDF, XML, RTF and calendars have them."""
    share = chance.choice((0.01, 0.1, 0.5))
    return _DIGITS.sub(
        lambda found: chance.choice(_WORDS) if chance.random() < share else found.group(), octets
    )


def _damaged_inside(octets: bytes, chance: Random) -> bytes:
    """What is packed in a zip file or a gzip damaged, and packed again; other documents as they are."""
    if octets.startswith(b"\x1f\x8b"):
        return gzip.compress(_damaged(gzip.decompress(octets), chance), mtime=0)
    try:
        files = _unzipped(octets)
    except (zipfile.BadZipFile, zlib.error):
        return _damaged(octets, chance)
    for name in chance.sample(sorted(files), min(len(files), chance.choice((1, 1, 4)))):
        files[name] = _damaged(files[name], chance)
    return _zip(files)
