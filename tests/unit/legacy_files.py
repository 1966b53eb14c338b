"""Small files of old and odd formats, built octet by octet: compound files, PowerPoint 97, Word 97, iWork archives, Outlook."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

SECTOR = 512
FREE, CHAIN_END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NO_ENTRY = 0xFFFFFFFF


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (MS-CFB); "a/b" is the stream b of the storage a. Short ones are padded to 4,096 octets, below which they lie elsewhere."""
    padded = {name: octets.ljust(4096, b"\x00") for name, octets in streams.items()}
    paths = [path for name in padded for path in _with_storages(name)]
    listed = ["", *dict.fromkeys(paths)]
    directory = -(-len(listed) // 4)
    data = {name: _sectors(octets) for name, octets in padded.items()}
    used = directory + sum(map(len, data.values()))
    tables = -(-used // 127)
    table, starts, first = [FAT_SECTOR] * tables + _chain(tables, directory), {}, tables + directory
    for name, sectors in data.items():
        starts[name] = first
        table += _chain(first, len(sectors))
        first += len(sectors)
    fat = struct.pack(f"<{128 * tables}I", *table, *[FREE] * (128 * tables - len(table)))
    entries = b"".join(
        _entry(
            path.rpartition("/")[2] or "Root Entry",
            5 if not path else 2 if path in padded else 1,
            start=starts.get(path, 0),
            size=len(padded.get(path, b"")),
            child=_number(listed, _children(listed, path)[:1]),
            right=_number(listed, _following(listed, path)[:1]),
        )
        for path in listed
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, CHAIN_END, 0, CHAIN_END, 0)
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    octets = b"".join(part for sectors in data.values() for part in sectors)
    return head + fat + entries.ljust(directory * SECTOR, b"\x00") + octets


def _with_storages(name: str) -> list[str]:
    steps = name.split("/")
    return ["/".join(steps[: count + 1]) for count in range(len(steps))]


def _children(listed: Sequence[str], storage: str) -> list[str]:
    return [path for path in listed if path and path.rpartition("/")[0] == storage]


def _following(listed: Sequence[str], path: str) -> list[str]:
    """The entries of the same storage behind one."""
    same = _children(listed, path.rpartition("/")[0]) if path else []
    return same[same.index(path) + 1 :] if same else []


def _number(listed: Sequence[str], paths: Sequence[str]) -> int:
    return listed.index(paths[0]) if paths else NO_ENTRY


def _sectors(octets: bytes) -> list[bytes]:
    return [octets[at : at + SECTOR].ljust(SECTOR, b"\x00") for at in range(0, len(octets), SECTOR)]


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), CHAIN_END]


def _entry(
    name: str,
    kind: int,
    *,
    start: int = 0,
    size: int = 0,
    child: int = NO_ENTRY,
    right: int = NO_ENTRY,
) -> bytes:
    encoded = (name + "\x00").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\x00")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", NO_ENTRY, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


# ---------------------------------------------------------------- PowerPoint 97


def record(kind: int, content: bytes = b"", *, instance: int = 0, container: bool = False) -> bytes:
    return (
        struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(content)) + content
    )


def held(kind: int, *records: bytes, instance: int = 0) -> bytes:
    return record(kind, b"".join(records), instance=instance, container=True)


def placeholder(text_type: int, text: str) -> bytes:
    """Text in the slide list."""
    return record(0x0F9F, struct.pack("<I", text_type)) + record(0x0FA0, text.encode("utf-16-le"))


def box(text: str) -> bytes:
    """A text box in a drawing, its text in octets."""
    return held(
        0xF004, held(0xF00D, record(0x0F9F, b"\x04\0\0\0"), record(0x0FA8, text.encode("latin-1")))
    )


def shown_placeholder(index: int) -> bytes:
    return held(0xF004, held(0xF00D, record(0x0F9E, struct.pack("<I", index))))


def picture_frame() -> bytes:
    return held(0xF004, record(0xF00A, bytes(8), instance=75))


def slide(*shapes: bytes) -> bytes:
    return held(0x03EE, held(0x040C, held(0xF002, held(0xF003, *shapes))))


def notes(text: str) -> bytes:
    return held(0x03F0, held(0x040C, held(0xF002, held(0xF003, box(text)))))


def master(text: str) -> bytes:
    return held(0x03F8, held(0x040C, held(0xF002, held(0xF003, box(text)))))


def ppt(slides: Sequence[tuple[bytes, bytes]], *others: bytes, token: int = 0xE391C05F) -> bytes:
    """Slides as pairs of drawing and placeholders' text, in the order of the show; they lie in the file backwards."""
    numbers = range(1, len(slides) + 1)
    listed = b"".join(
        record(0x03F3, struct.pack("<I", number) + bytes(16)) + texts
        for number, (_, texts) in zip(numbers, slides, strict=True)
    )
    document = held(
        0x03E8,
        record(0x03E9, struct.pack("<ii", 5760, 4320) + bytes(32)),
        record(0x0FF0, placeholder(0, "Click to edit"), instance=1, container=True),
        record(0x0FF0, listed, container=True),
    )
    stream = document + b"".join(others)
    places: dict[int, int] = {}
    for number, (drawing, _) in reversed(list(zip(numbers, slides, strict=True))):
        places[number] = len(stream)
        stream += drawing
    directory = len(stream)
    offsets = struct.pack(f"<{len(slides)}I", *(places[number] for number in numbers))
    stream += record(0x1772, struct.pack("<I", len(slides) << 20 | 1) + offsets)
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<IIIIII", 0, 0, 0, directory, 1, 0))
    user = bytes(8) + struct.pack("<III", 20, token, edit)
    return compound({"Current User": user, "PowerPoint Document": stream})


# ---------------------------------------------------------------- Word 97

TEXT_PLACE = 2048


def doc(
    body: str,
    *,
    margins: str = "",
    deleted: range = range(0),
    headings: Sequence[range] = (),
    row_ends: Sequence[range] = (),
    flags: int = 0,
    version: int = 0x00C1,
) -> bytes:
    """A document of one uncompressed piece. Ranges count characters of the body."""
    text = body + margins
    encoded = text.encode("utf-16-le")
    end = TEXT_PLACE + len(encoded)
    characters, paragraphs = -(-end // SECTOR), -(-end // SECTOR) + 1
    runs = [(deleted, b"\x03\x00\x08\x01")] if deleted else []
    styles = [(entry, b"\x02\x01\x00\x00") for entry in headings]
    styles += [(entry, b"\x03\x00\x00\x17\x24\x01") for entry in row_ends]
    main = bytearray((paragraphs + 1) * SECTOR)
    main[TEXT_PLACE:end] = encoded
    main[characters * SECTOR : paragraphs * SECTOR] = _formatted(runs, end, width=1)
    main[paragraphs * SECTOR :] = _formatted(
        sorted(styles, key=lambda entry: entry[0].start), end, width=13
    )
    pieces = struct.pack("<IIHIH", 0, len(text), 0, TEXT_PLACE, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    entries = {0x01A2: (0, len(table))}
    for entry, page in ((0x00FA, characters), (0x0102, paragraphs)):
        entries[entry] = (len(table), 12)
        table += struct.pack("<III", TEXT_PLACE, end, page)
    struct.pack_into("<HH", main, 0, 0xA5EC, version)
    struct.pack_into("<H", main, 10, flags)
    struct.pack_into("<7I", main, 76, len(body), 0, len(margins), 0, 0, 0, 0)
    for place, pair in entries.items():
        struct.pack_into("<II", main, place, *pair)
    return compound({"WordDocument": bytes(main), "0Table": table})


def _formatted(runs: Sequence[tuple[range, bytes]], end: int, *, width: int) -> bytes:
    """A formatted disk page: edges of runs, then where the properties of each lie."""
    edges, places = [TEXT_PLACE], []
    page = bytearray(SECTOR)
    free = SECTOR - 2
    for run, properties in runs:
        start, last = (TEXT_PLACE + 2 * at for at in (run.start, run.stop))
        free -= len(properties) + len(properties) % 2
        page[free : free + len(properties)] = properties
        gap = [start] if start > edges[-1] else []
        places += [0] * len(gap) + [free // 2]
        edges += [*gap, last]
    if edges[-1] < end:
        edges.append(end)
        places.append(0)
    struct.pack_into(f"<{len(edges)}I", page, 0, *edges)
    for number, place in enumerate(places):
        page[4 * len(edges) + width * number] = place
    page[-1] = len(places)
    return bytes(page)


# ---------------------------------------------------------------- iWork


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def number_field(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def octets_field(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def reference(field: int, number: int) -> bytes:
    return octets_field(field, number_field(1, number))


def archive(*messages: tuple[int, int, bytes]) -> bytes:
    """Messages as kind, number and octets, in one chunk of a Snappy literal."""
    inner = b""
    for kind, number, octets in messages:
        entry = number_field(1, kind) + number_field(3, len(octets))
        described = number_field(1, number) + octets_field(2, entry)
        inner += varint(len(described)) + described + octets
    literal = b"\xf8" + (len(inner) - 1).to_bytes(3, "little") + inner
    snapped = varint(len(inner)) + literal
    return b"\x00" + len(snapped).to_bytes(3, "little") + snapped


def storage(text: str, *, kind: int | None = None) -> bytes:
    said = b"" if kind is None else number_field(1, kind)
    return said + octets_field(3, text.encode())


def zipped(parts: Mapping[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, octets in parts.items():
            package.writestr(name, octets)
    return target.getvalue()


# ---------------------------------------------------------------- summary information


def summary_information(*properties: tuple[int, bytes]) -> bytes:
    """A property set stream (MS-OLEPS 2.21) of properties as number and typed value."""
    start = 8 + 8 * len(properties)
    places, values = b"", b""
    for number, value in properties:
        places += struct.pack("<II", number, start + len(values))
        values += value + bytes(-len(value) % 4)
    section = struct.pack("<II", start + len(values), len(properties)) + places + values
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", 48) + section


# ---------------------------------------------------------------- Outlook


def saved_mail(
    texts: Mapping[int, str],
    *,
    fixed: Mapping[int, bytes] | None = None,
    binary: Mapping[int, bytes] | None = None,
    attachments: Sequence[Mapping[str, bytes]] = (),
    embedded: bool = False,
) -> dict[str, bytes]:
    """The streams of a message as Outlook saves it (MS-OXMSG); `attachments` come from `attached` and `attached_mail`."""
    header = 24 if embedded else 32
    streams = {"__properties_version1.0": bytes(header) + _fixed(fixed or {})}
    streams |= {_property(tag, 0x1F): text.encode("utf-16-le") for tag, text in texts.items()}
    streams |= {_property(tag, 0x102): octets for tag, octets in (binary or {}).items()}
    for number, attachment in enumerate(attachments):
        streams |= {
            f"__attach_version1.0_#{number:08X}/{name}": octets
            for name, octets in attachment.items()
        }
    return streams


def attached(
    name: str, octets: bytes, *, content_id: str = "", hidden: bool = False
) -> dict[str, bytes]:
    streams = {"__properties_version1.0": bytes(8) + _fixed({0x7FFE: bytes([hidden])})}
    streams |= {_property(0x3707, 0x1F): name.encode("utf-16-le"), _property(0x3701, 0x102): octets}
    if content_id:
        streams[_property(0x3712, 0x1F)] = content_id.encode("utf-16-le")
    return streams


def attached_mail(streams: Mapping[str, bytes]) -> dict[str, bytes]:
    held = {f"{_property(0x3701, 0x0D)}/{name}": octets for name, octets in streams.items()}
    return {"__properties_version1.0": bytes(8), **held}


def _property(tag: int, kind: int) -> str:
    return f"__substg1.0_{tag:04X}{kind:04X}"


def _fixed(properties: Mapping[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HHI8s", 3, tag, 6, value) for tag, value in properties.items())


def winmail(*attributes: tuple[int, int, bytes]) -> bytes:
    """A winmail.dat (MS-OXTNEF) of attributes as level, identifier and content."""
    octets = struct.pack("<IH", 0x223E9F78, 1)
    for level, identifier, content in attributes:
        octets += struct.pack("<BHHI", level, identifier, 0, len(content)) + content
        octets += struct.pack("<H", sum(content) & 0xFFFF)
    return octets


def winmail_file(name: str, octets: bytes) -> tuple[tuple[int, int, bytes], ...]:
    return (2, 0x9002, bytes(14)), (2, 0x800F, octets), (2, 0x8010, name.encode() + b"\x00")
