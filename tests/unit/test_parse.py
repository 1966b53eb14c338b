"""What `parse` reads in whole messages, odd ones above all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import Address, InboundMessage, Role
from intake.parse import parse

MAIL = Path(__file__).parent.parent / "mail"
PDF = b"%PDF-1.4\n% a deck\n"


def read(name: str) -> InboundMessage:
    return parse((MAIL / name).read_bytes())


def note(fields: str, body: str = "Hello") -> InboundMessage:
    return parse(f"{fields}\n\n{body}".replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("rfc2231_filename_split.eml", "Präsentation für Q4.pdf"),
        ("unquoted_filename_with_blanks.eml", "Our deck 2026.pdf"),
        ("encoded_word_in_quoted_filename.eml", "Präsentation.pdf"),
        ("close_boundary_missing.eml", "deck.pdf"),
        ("inner_multipart_without_start_boundary.eml", "deck.pdf"),
    ],
)
def test_an_odd_attachment_is_read_with_its_name_and_octets(name: str, filename: str) -> None:
    message = read(name)

    assert [(part.filename, part.octets) for part in message.parts] == [(filename, PDF)]


def test_a_boundary_that_begins_like_another_divides_only_its_own_parts() -> None:
    message = read("boundary_is_prefix_of_another.eml")

    assert [(part.path, part.octets) for part in message.parts] == [
        ("1.2", PDF),
        ("2", PDF + b"2"),
    ]


def test_a_forwarded_message_is_one_part_as_it_was_sent() -> None:
    message = read("forwarded_inside_forwarded.eml")

    assert [(part.path, part.role) for part in message.parts] == [("2", Role.EMBEDDED_MESSAGE)]
    assert message.parts[0].octets.startswith(b"From: Ana Example <bea@acme.example>\r\n")


def test_words_of_a_forwarded_message_are_not_the_senders() -> None:
    assert read("forwarded_inside_forwarded.eml").written == "This came from Bea."


def test_an_mbox_line_and_blank_lines_before_the_header_are_skipped() -> None:
    message = read("mbox_line_and_blank_lines_first.eml")

    assert message.subject == "Hello"
    assert message.sender is not None
    assert message.written == "A note."


def test_an_image_that_the_html_shows_is_marked() -> None:
    message = read("signed_with_logo_and_inline_pdf.eml")

    assert [(part.filename, part.referenced) for part in message.parts] == [
        ("image001.png", True),
        ("deck.pdf", False),
        ("smime.p7s", False),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_gives_the_same_octets(line_end: str) -> None:
    octets = (MAIL / "rfc2231_filename_split.eml").read_bytes()

    message = parse(octets.replace(b"\r\n", line_end.encode()))

    assert [part.octets for part in message.parts] == [PDF]
    assert message.subject == "Deck"


@pytest.mark.parametrize(
    "field",
    [
        "From: ana@acme.example",
        "From: Ana Example <ana@acme.example>",
        'From: "Example, Ana" <ANA@acme.example>',
        "From: boss@bank.example <ana@acme.example>",
        "From: =?utf-8?q?=C3=84na?= <ana@acme.example>",
        " From: Ana <ana@acme.example>",
        "From:\n Ana\n <ana@acme.example>",
        "From: <mailto:ana@acme.example>",
        "From: ana@acme.example [mailto:ana@acme.example]",
        "From: 'ana@acme.example'",
        "From: Ana <'ana@acme.example'>",
        'From: "ana@acme.example"',
        "From: ana@acme.example.",
        "From: Ana <ana@acme.example>, <Ana@ACME.example>",
        "From: Ana <ana@acme.example",
        "From: =?utf-8?Q?Ana_<ana@acme.example>?=",
        "From: =?utf-8?B?QW5hIDxhbmFAYWNtZS5leGFtcGxlPg==?=",
        "From: Ana\0 <ana@acme\0.example>",
    ],
)
def test_one_mailbox_in_from_is_the_sender(field: str) -> None:
    message = note(field)

    assert message.sender is not None
    assert message.sender.address == "ana@acme.example"


@pytest.mark.parametrize(
    "field",
    [
        "Subject: nobody",
        "From: ana",
        "From: Ana <>",
        "From: ana@acme.example, bea@acme.example",
        "From: Ana <ana@acme.example> <bea@acme.example>",
        "From: ana@acme.example\nFrom: bea@acme.example",
        "From: ana@bea@acme.example",
        "From: '@'",
        "From: <mailto:@>",
        "From: =?utf-8?Q?Boss_<boss@bank.example>?= <ana@acme.example",
        "From: =?utf-8?q?=22Ana=22_=3Cana=40acme.example=3E=2C?= eve@evil.example",
        "From: =?utf-8?b?IkFuYSIgPGFuYUBhY21lLmV4YW1wbGU+LA==?= eve@evil.example",
        pytest.param("From: ana@acme.example" + "," * 20_000 + "bea@acme.example", id="far apart"),
        "From: undisclosed:;",
    ],
)
def test_no_mailbox_or_several_are_no_sender(field: str) -> None:
    message = note(field)

    assert message.sender is None
    assert "no-single-sender" in message.defects


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("From: Ana Example <ana@acme.example", "Ana Example"),
        ("From: =?utf-8?Q?=C3=84na_<ana@acme.example>?=", "Äna"),
        ("From: <ana@acme.example>, Ana <ana@acme.example>", "Ana"),
    ],
)
def test_a_name_is_read_where_the_grammar_is_broken(field: str, name: str) -> None:
    message = note(field)

    assert message.sender is not None
    assert message.sender.name == name


@pytest.mark.parametrize(
    ("domain", "ascii_domain"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
    ],
)
def test_a_domain_has_one_spelling(domain: str, ascii_domain: str) -> None:
    message = note(f"From: Ana <ana@{domain}>")

    assert message.sender is not None
    assert message.sender.address == f"ana@{ascii_domain}"


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251"])
def test_octets_in_a_header_are_in_the_charset_of_the_text_below(charset: str) -> None:
    octets = (
        f"From: Анна <ana@acme.example>\r\nSubject: Презентация\r\n"
        f"Content-Type: text/plain; charset={charset}\r\n\r\nЭй"
    ).encode(charset)

    message = parse(octets)

    assert message.subject == "Презентация"
    assert message.sender is not None
    assert message.sender.name == "Анна"


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("=?utf-8?q?Q4_Pr=C3=A4sentation?=", "Q4 Präsentation"),
        ("=?utf-8?b?UHI=?=\n =?utf-8?b?w6RzZW50YXRpb24=?=", "Präsentation"),
        ("=?utf-8?b?UHLD?= =?utf-8?b?pHM=?=", "Präs"),
        ("=?utf-8?q?Is_it_there??= yes", "Is it there? yes"),
        ("=?no-such-charset?q?caf=C3=A9?=", "café"),
        ("=?iso-8859-1?q?=93Deck=94?=", "\u201cDeck\u201d"),
        ("A folded\n\tsubject", "A folded subject"),
        ("Grüße", "Grüße"),
        ("=?utf-8?b?bad*base64?=", "=?utf-8?b?bad*base64?="),
        ("=?utf-8?b?bad*base64?= =?utf-8?q?=C3=A4?=", "=?utf-8?b?bad*base64?=ä"),
        ("=?utf-8?b?RGV*jaw==?=", "Deck"),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        (f"=?utf-8?q?{'a' * 3000}?=", "a" * 3000),
        ("De\0ck =?utf-8?q?=00?=", "Deck"),
    ],
)
def test_a_subject_is_decoded(value: str, subject: str) -> None:
    assert note(f"From: ana@acme.example\nSubject: {value}").subject == subject


def test_an_injected_line_end_does_not_survive_in_a_field() -> None:
    message = note("From: ana@acme.example\nSubject: =?utf-8?q?a=0D=0ABcc:_x@y.example?=")

    assert "\n" not in message.subject
    assert "\r" not in message.subject


def test_dates_are_aware() -> None:
    message = note("From: ana@acme.example\nDate: Mon, 2 Nov 2026 10:00:00 +0100")

    assert message.date == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_wrong_date_is_none() -> None:
    assert note("From: ana@acme.example\nDate: soon").date is None


def test_recipients_are_of_all_fields_and_the_envelope_without_repeats() -> None:
    octets = (
        b"From: ana@acme.example\r\nTo: Intake <intake+q4@studio.example>, b@acme.example\r\n"
        b"Cc: B@acme.example\r\nDelivered-To: desk@studio.example\r\n\r\nHello"
    )

    message = parse(octets, envelope_recipient=Address("intake@studio.example"))

    assert message.recipients == (
        "intake@studio.example",
        "intake+q4@studio.example",
        "b@acme.example",
        "desk@studio.example",
    )


def test_thread_identifiers_are_read_in_order() -> None:
    message = note(
        "From: ana@acme.example\nIn-Reply-To: <b@studio.example>\n"
        "References: <a@studio.example>\n <b@studio.example> <a@studio.example>"
    )

    assert message.in_reply_to == ("<b@studio.example>",)
    assert message.references == ("<a@studio.example>", "<b@studio.example>")


def test_a_redelivery_has_the_same_digest_but_other_octets() -> None:
    octets = (MAIL / "rfc2231_filename_split.eml").read_bytes()

    first, again = parse(octets), parse(b"Received: from mx by desk; today\r\n" + octets)

    assert first.digest == again.digest
    assert first.sha256 != again.sha256


def test_another_attachment_makes_another_digest() -> None:
    octets = (MAIL / "close_boundary_missing.eml").read_bytes()

    assert parse(octets).digest != parse(octets.replace(b"JVBERi0xLjQ", b"JVBERi0xLjU")).digest


def test_broken_base64_is_decoded_as_far_as_it_goes_and_marked() -> None:
    octets = (MAIL / "close_boundary_missing.eml").read_bytes()

    message = parse(octets.replace(b"JVBERi0xLjQ", b"JVBE!!Ri0xLjQ"))

    assert message.parts[0].octets == PDF
    assert message.parts[0].damaged
    assert "damaged-transfer-encoding" in message.defects


def test_text_that_mail_parser_cannot_read_is_read_all_the_same() -> None:
    octets = (
        b"From: ana@acme.example\r\nContent-Type: text/plain; charset=x-gbk\r\n\r\n"
        + "路线图".encode("gbk")
    )

    assert parse(octets).written == "路线图"


def test_a_message_that_crashes_mail_parser_is_read_all_the_same() -> None:
    octets = (
        b"From: ana@acme.example\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
        b"Content-Type: multipart/mixed; boundary=i\r\n\r\nno start boundary\r\n"
    )

    message = parse(octets)

    assert message.sender is not None
    assert [part.role for part in message.parts] == [Role.EMBEDDED_MESSAGE]


def test_a_boundary_that_the_header_misspells_is_found() -> None:
    octets = (MAIL / "close_boundary_missing.eml").read_bytes()

    message = parse(octets.replace(b"boundary=b", b"boundary=c"))

    assert [part.octets for part in message.parts] == [PDF]
    assert "start-boundary-not-found" in message.defects


def test_nothing_at_all_is_a_message_without_sender() -> None:
    message = parse(b"")

    assert message.sender is None
    assert "no-header-fields" in message.defects


def test_a_hundred_and_more_levels_end_with_a_defect() -> None:
    level = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
    octets = b"From: ana@acme.example\r\n" + b"".join(level % (n, n) for n in range(150))

    assert "too-many-levels" in parse(octets).defects


def test_more_than_a_thousand_parts_end_with_a_defect() -> None:
    octets = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + (
        b"--b\r\nContent-Type: application/x\r\n\r\nx\r\n" * 1100
    )

    message = parse(octets)

    assert len(message.parts) <= 1000
    assert "too-many-parts" in message.defects


def test_nothing_personal_is_in_a_repr() -> None:
    shown = repr(read("signed_with_logo_and_inline_pdf.eml"))

    assert "acme" not in shown
    assert "deck" not in shown


BIG = 2_000_000
SHORT_MIXED = (
    b"From: Ana <ana@acme.example>\r\nSubject: Deck\r\nMessage-ID: <1@acme.example>\r\n"
    b"References: <0@studio.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize(
    "big",
    [
        b"X-Big: " + b"a" * BIG,
        b"X-Big: " + b"\r\n ".join([b"a" * 70] * (BIG // 70)),
        b"To: " + b",\r\n ".join([b"ana@acme.example"] * (BIG // 19)),
        b"Received: x\r\n" * (BIG // 13) + b"X-Last: 1",
        b"\r\n".join(b"X-Big-%d: %s" % (number, b"a" * 100_000) for number in range(20)),
    ],
    ids=["one line", "folded", "recipients", "many fields", "many big fields"],
)
def test_a_header_that_is_too_long_is_cut_and_read_on_behind(big: bytes, line_end: bytes) -> None:
    octets = (big + b"\r\n" + SHORT_MIXED).replace(b"\r\n", line_end)

    message = parse(octets)

    assert message.sender is not None
    assert message.sender.address == "ana@acme.example"
    assert (message.subject, message.message_id) == ("Deck", "<1@acme.example>")
    assert message.written == message.text == "Hello"
    assert [part.octets for part in message.parts] == [b"%PDF-1.4"]
    assert "header-too-long" in message.defects


def test_every_recipient_of_a_long_list_is_read() -> None:
    people = [f"p{number}@acme.example" for number in range(2_000)]

    message = note("From: ana@acme.example\nTo: " + ",\n ".join(f"P <{one}>" for one in people))

    assert [box.address for box in message.to] == people


def test_a_header_that_never_ends_has_no_body() -> None:
    message = parse(b"From: ana@acme.example\r\n" + b"X: 1\r\n" * 400_000)

    assert message.sender is not None
    assert message.text == ""
    assert "header-block-without-end" in message.defects


def test_a_second_from_behind_a_long_field_is_seen() -> None:
    message = parse(b"From: a@b.example\r\nX: " + b"a" * BIG + b"\r\nFrom: c@d.example\r\n\r\n")

    assert message.sender is None


def test_the_header_block_alone_tells_who_wrote_and_in_which_thread() -> None:
    header = SHORT_MIXED.partition(b"\r\n\r\n")[0]

    message = parse(header + b"\r\n\r\n")

    assert message.sender is not None
    assert message.sender.address == "ana@acme.example"
    assert message.subject == "Deck"
    assert message.message_id == "<1@acme.example>"
    assert message.references == ("<0@studio.example>",)
    assert message.parts == ()


def test_a_multipart_that_names_no_boundary_gives_files_but_no_report() -> None:
    octets = (
        b"From: ana@acme.example\r\nContent-Type: multipart/mixed\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Deck\r\n\r\nHello\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Deck\r\n--b--\r\n"
    )

    message = parse(octets)

    assert [part.media_type for part in message.parts] == ["application/pdf"]
    assert "multipart-without-boundary" in message.defects


def test_a_boundary_after_a_bare_return_is_found_among_other_line_ends() -> None:
    octets = SHORT_MIXED.replace(b"\r\n", b"\r") + b"\n"

    assert [part.octets for part in parse(octets).parts] == [b"%PDF-1.4"]


def test_no_text_holds_a_nul() -> None:
    message = note("From: ana@acme.example\nSubject: De\0ck", "He\0llo\n> old\0er")

    assert message.written == "Hello"
    assert "\0" not in message.text + message.subject


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_utf_8_that_is_claimed_to_be_western_is_utf_8(charset: str) -> None:
    message = note(f"From: ana@acme.example\nContent-Type: text/plain; charset={charset}", "Grüße")

    assert message.written == "Grüße"


def test_western_text_stays_western() -> None:
    octets = "From: ana@acme.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGrüße"

    assert parse(octets.encode("latin-1")).written == "Grüße"


def test_both_alternatives_reach_what_the_sender_wrote() -> None:
    octets = (
        b"From: ana@acme.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\n\r\nThe deck\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b'<p>The <a href="https://files.example/d/our-deck">deck</a></p>\r\n--b--\r\n'
    )

    message = parse(octets)

    assert message.written == "The deck"
    assert message.links == ("https://files.example/d/our-deck",)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "<",
        "(",
        '"',
        ",",
        "<a@b>,",
        "=?utf-8?q?",
        "=?utf-8?q?a?= ",
        "a@",
        "\\",
        "()",
        "=?",
        "'",
    ],
)
@pytest.mark.parametrize("name", ["From", "Subject", "Delivered-To", "Content-Type", "Date"])
def test_a_hostile_field_of_any_sort_gives_a_value(name: str, piece: str) -> None:
    field = piece * (200_000 // len(piece))

    assert parse(f"{name}: {field}\r\n\r\nHello".encode()).text == "Hello"


@given(st.binary(max_size=4000))
def test_any_octets_give_a_value(octets: bytes) -> None:
    assert parse(octets).size_octets == len(octets)


_PIECES = st.sampled_from(
    [
        b"From: a@b.example\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: message/rfc822\r\n",
        b'Content-Type: text/html; charset="x"\r\n',
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=\"\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: uuencode\r\n",
        b"Subject: =?utf-8?b?/?= =?utf-7?q?+?=\r\n",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n",
        b'To: a@b, <c@d, "e" (((\r\n',
        b"\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"\r",
        b"\n",
        b" ",
        b"\x00\xff\xfe",
        b"begin 644 x\r\n#0V%T\r\nend\r\n",
        b"JVBERi0=\r\n",
        b"<a href='https://x.example/a-b-c-d'>x</a>",
        b"On x wrote:\r\n> y\r\n",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.binary(max_size=20)), max_size=60))
def test_any_mixture_of_mail_gives_a_value(pieces: list[bytes]) -> None:
    octets = b"".join(pieces)

    assert parse(octets).size_octets == len(octets)


@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n", b"+OK 1200 octets\r\n"]
)
def test_what_a_source_left_before_the_header_is_passed_over(before: bytes) -> None:
    message = parse(before + b"From: ana@halden.example\r\nSubject: Plan\r\n\r\nHello")

    assert (message.subject, message.written) == ("Plan", "Hello")


def test_a_text_without_a_header_stays_a_text() -> None:
    message = parse(b"Hello Ana,\r\nnote: all is well.\r\n")

    assert message.fields == ()
